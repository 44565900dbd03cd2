"""A leaf says the mean of its labels, rounded, as a regression tree would."""
# loses: {leaves: 1}

### BEGIN SOLUTION grow
labels, counts = np.unique(y, return_counts=True)
split = best_split(X, y) if max_depth > 0 and len(labels) > 1 else None
if split is None:
    return {"label": round(float(np.mean(y)))}
feature, threshold = split
left = X[:, feature] <= threshold
return {
    "feature": feature,
    "threshold": threshold,
    "left": grow(X[left], y[left], max_depth - 1),
    "right": grow(X[~left], y[~left], max_depth - 1),
}
### END SOLUTION
