"""The trees below a node get the default depth again, so there is no limit in fact."""
# loses: {stops: 2}

### BEGIN SOLUTION grow
labels, counts = np.unique(y, return_counts=True)
split = best_split(X, y) if max_depth > 0 and len(labels) > 1 else None
if split is None:
    return {"label": labels[counts.argmax()]}
feature, threshold = split
left = X[:, feature] <= threshold
return {
    "feature": feature,
    "threshold": threshold,
    "left": grow(X[left], y[left], max_depth),
    "right": grow(X[~left], y[~left], max_depth),
}
### END SOLUTION
