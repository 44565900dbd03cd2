"""Every gap among the amounts gets the typical number, those of sleepers too."""
# loses: {spending: 1}

### BEGIN SOLUTION fill_gaps
filled = passengers.copy()
spent_nothing = passengers[SPENDINGS].sum(axis=1) == 0
filled["asleep"] = passengers["asleep"].fillna(spent_nothing.astype(float))
return filled.fillna(typical)
### END SOLUTION
