"""The divisor is the revenue of the whole table."""
# loses: {share: 2}

### BEGIN SOLUTION share
return sales["revenue"] / sales["revenue"].sum()
### END SOLUTION
