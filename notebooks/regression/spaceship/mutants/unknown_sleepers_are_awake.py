"""A gap in `asleep` is filled with the most frequent value, 0, whatever the passenger spent."""
# loses: {sleep: 1}

### BEGIN SOLUTION fill_gaps
filled = passengers.copy()
filled["asleep"] = passengers["asleep"].fillna(0.0)
for name in SPENDINGS:
    filled[name] = passengers[name].fillna((1 - filled["asleep"]) * typical[name])
return filled
### END SOLUTION
