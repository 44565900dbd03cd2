"""The first m columns are offered at every node, in every tree."""
# loses: {features: 2, accuracy: 2}

### BEGIN SOLUTION features
features = np.arange(m)
### END SOLUTION
