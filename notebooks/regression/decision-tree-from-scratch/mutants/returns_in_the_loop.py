"""The search returns after the first feature: the `return` is indented too far."""
# loses: {best-split: 2, greedy: 2}

### BEGIN SOLUTION best_split
best, lowest = None, np.inf
for feature in range(X.shape[1]):
    values = np.unique(X[:, feature])
    for threshold in (values[:-1] + values[1:]) / 2:
        impurity = split_impurity(X[:, feature], y, threshold)
        if impurity < lowest:
            best, lowest = (feature, threshold), impurity
    return best
### END SOLUTION
