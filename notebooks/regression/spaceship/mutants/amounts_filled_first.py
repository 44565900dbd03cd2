"""The amounts are filled before it is decided who sleeps: whoever has a gap among them seems to have spent something."""
# loses: {sleep: 1, spending: 1}

### BEGIN SOLUTION fill_gaps
filled = passengers.fillna(typical)
spent_nothing = filled[SPENDINGS].sum(axis=1) == 0
filled["asleep"] = passengers["asleep"].fillna(spent_nothing.astype(float))
return filled
### END SOLUTION
