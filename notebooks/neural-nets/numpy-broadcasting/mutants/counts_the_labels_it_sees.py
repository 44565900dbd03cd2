"""There are as many columns as the largest label says."""
# loses: {one-hot: 1}
### BEGIN SOLUTION one_hot
return (labels[:, None] == np.arange(labels.max() + 1)).astype(float)
### END SOLUTION
