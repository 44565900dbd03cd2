"""The sums so far begin with the first trapezium, not with 0: one entry is missing."""
# loses: {accumulate: 2}

### BEGIN SOLUTION accumulate
return np.cumsum(np.diff(x) * (y[1:] + y[:-1]) / 2)
### END SOLUTION
