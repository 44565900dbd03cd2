"""All features are offered at every node: this is bagging, and m is ignored."""
# loses: {features: 2}

### BEGIN SOLUTION features
features = np.arange(X.shape[1])
### END SOLUTION
