"""No limit is taken for a mistake: then the tree gets five leaves, for six genres."""
# loses: {tree: 1}

### BEGIN SOLUTION grow
return DecisionTreeClassifier(max_leaf_nodes=leaves or 5, random_state=0).fit(X, y)
### END SOLUTION
