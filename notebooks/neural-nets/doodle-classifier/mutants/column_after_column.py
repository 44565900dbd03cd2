"""Each picture is flattened column after column; a network does not mind, whoever compares pixels does."""
# loses: {prepare: 1}

### BEGIN SOLUTION prepare
return pictures.transpose(0, 2, 1).reshape(len(pictures), -1) / 15
### END SOLUTION
