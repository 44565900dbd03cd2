"""A row of equal numbers is divided by its deviation, 0."""
# loses: {rows: 2}
### BEGIN SOLUTION rows
return (X - X.mean(axis=1, keepdims=True)) / X.std(axis=1, keepdims=True)
### END SOLUTION
