"""A row at the threshold goes right in the measurement, and left in the tree."""
# loses: {split: 1}

### BEGIN SOLUTION split
left = x < threshold
return sum(np.mean(side) * gini(y[side]) for side in (left, ~left) if side.any())
### END SOLUTION
