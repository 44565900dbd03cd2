"""The baseline is the list of 24 means itself: they are never looked up for the rows."""
# loses: {baseline: 1}

### BEGIN SOLUTION baseline
return train.groupby("hour")["rentals"].mean()
### END SOLUTION
