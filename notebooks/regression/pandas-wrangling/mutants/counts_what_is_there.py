"""`count` counts the values that are known, not those that are missing."""
# loses: {missing: 1}

### BEGIN SOLUTION missing
return table.count().to_dict()
### END SOLUTION
