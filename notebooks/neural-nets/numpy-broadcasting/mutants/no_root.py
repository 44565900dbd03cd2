"""The distances are left squared. The nearest point is the same one."""
# loses: {distances: 2}
### BEGIN SOLUTION distances
return ((A[:, None] - B) ** 2).sum(axis=2)
### END SOLUTION
