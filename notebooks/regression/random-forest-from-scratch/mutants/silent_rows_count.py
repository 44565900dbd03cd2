"""Rows that no tree left out are taken for label 0, and count."""
# loses: {oob: 2}

### BEGIN SOLUTION oob
votes = np.zeros((len(X), y.max() + 1))
for tree, rows in zip(trees, left_outs):
    votes[rows, predict_tree(tree, X[rows])] += 1
return np.mean(votes.argmax(axis=1) == y)
### END SOLUTION
