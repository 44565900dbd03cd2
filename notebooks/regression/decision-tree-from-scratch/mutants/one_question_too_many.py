"""The depth is counted from 1: every way down may ask one question more than allowed."""
# loses: {stops: 2}

### BEGIN SOLUTION grow
labels, counts = np.unique(y, return_counts=True)
split = best_split(X, y) if max_depth >= 0 and len(labels) > 1 else None
if split is None:
    return {"label": labels[counts.argmax()]}
feature, threshold = split
left = X[:, feature] <= threshold
return {
    "feature": feature,
    "threshold": threshold,
    "left": grow(X[left], y[left], max_depth - 1),
    "right": grow(X[~left], y[~left], max_depth - 1),
}
### END SOLUTION
