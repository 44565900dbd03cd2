"""Softmax runs down the columns: the examples compete for each class."""
# loses: {softmax: 1, large-scores: 1, training: 1, history: 1, spirals: 2}

### BEGIN SOLUTION softmax
powers = np.exp(Z - Z.max(axis=0, keepdims=True))
return powers / powers.sum(axis=0, keepdims=True)
### END SOLUTION
