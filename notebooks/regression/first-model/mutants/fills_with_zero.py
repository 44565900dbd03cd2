"""Gaps are filled with 0: no humidity at all, and frost in July."""
# loses: {prepare: 2}

### BEGIN SOLUTION prepare
return table[FEATURES].fillna(0)
### END SOLUTION
