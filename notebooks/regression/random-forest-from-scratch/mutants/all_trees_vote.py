"""The estimate asks all trees about each row, also those that know it by heart."""
# loses: {oob: 2}

### BEGIN SOLUTION oob
return np.mean(vote(trees, X) == y)
### END SOLUTION
