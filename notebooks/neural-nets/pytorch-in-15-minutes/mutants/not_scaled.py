"""The pixels stay between 0 and 16."""
# loses: {prepare: 1}
### BEGIN SOLUTION prepare
return images.reshape(len(images), -1)
### END SOLUTION
