"""All distances are taken to be like the first."""
# loses: {accumulate: 2}

### BEGIN SOLUTION accumulate
pieces = (x[1] - x[0]) * (y[1:] + y[:-1]) / 2
return np.concatenate([[0.0], np.cumsum(pieces)])
### END SOLUTION
