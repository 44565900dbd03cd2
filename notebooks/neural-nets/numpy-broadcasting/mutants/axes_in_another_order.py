"""The years come first and the capitals last."""
# loses: {savings: 2}
### BEGIN SOLUTION savings
return capitals * (1 + rates[:, None]) ** years[:, None, None]
### END SOLUTION
