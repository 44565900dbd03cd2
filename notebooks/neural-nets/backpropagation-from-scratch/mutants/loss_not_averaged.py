"""The loss is a sum over the examples, which no longer fits its gradient."""
# loses: {loss: 1, history: 1}

### BEGIN SOLUTION cross_entropy
return -np.sum(np.log(P[np.arange(len(y)), y]))
### END SOLUTION
