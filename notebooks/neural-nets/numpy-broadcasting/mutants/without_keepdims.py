"""The means of the rows are subtracted from the columns: on a square table nothing complains."""
# loses: {rows: 2}
### BEGIN SOLUTION rows
deviation = X.std(axis=1)
return (X - X.mean(axis=1)) / np.where(deviation == 0, 1, deviation)
### END SOLUTION
