"""One mean and one deviation for the whole table, in place of one per column."""
# loses: {standardise: 1}

### BEGIN SOLUTION standardise
mean = X.mean()
std = X.std()
return (X - mean) / std, mean, std
### END SOLUTION
