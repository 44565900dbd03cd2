"""New hours are filled with their own medians, in place of those of the training rows."""
# loses: {prepare: 2}

### BEGIN SOLUTION prepare
return table[FEATURES].fillna(table[FEATURES].median())
### END SOLUTION
