"""The features are drawn with replacement, so the same one may be offered twice."""
# loses: {features: 2}

### BEGIN SOLUTION features
features = rng.choice(X.shape[1], size=m)
### END SOLUTION
