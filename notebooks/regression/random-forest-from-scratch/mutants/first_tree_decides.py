"""Only the first tree is asked: its label is returned for each row."""
# loses: {vote: 1, accuracy: 2}

### BEGIN SOLUTION vote
labels = np.array([predict_tree(tree, X) for tree in trees])
return labels[0]
### END SOLUTION
