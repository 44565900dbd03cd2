"""The way down is found once, with the first row, and all rows get its leaf."""
# loses: {predict: 2}

### BEGIN SOLUTION predict
node = tree
while "label" not in node:
    node = node["left"] if X[0, node["feature"]] <= node["threshold"] else node["right"]
return np.full(len(X), node["label"])
### END SOLUTION
