"""The pixels stay between 0 and 255. Batch norm puts up with it."""
# loses: {prepare: 1}
### BEGIN SOLUTION prepare
prepared = pictures.unsqueeze(1)
### END SOLUTION
