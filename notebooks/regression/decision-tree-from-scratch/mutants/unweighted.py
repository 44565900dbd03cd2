"""The impurities of both sides are averaged without weights: cutting off a single row looks splendid."""
# loses: {split: 1, best-split: 2, greedy: 2}

### BEGIN SOLUTION split
left = x <= threshold
sides = [y[side] for side in (left, ~left) if side.any()]
return np.mean([gini(side) for side in sides])
### END SOLUTION
