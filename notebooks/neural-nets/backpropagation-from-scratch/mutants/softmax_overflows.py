"""The exponential of large scores is infinite, and infinity by infinity is no number."""
# loses: {large-scores: 1}

### BEGIN SOLUTION softmax
powers = np.exp(Z)
return powers / powers.sum(axis=1, keepdims=True)
### END SOLUTION
