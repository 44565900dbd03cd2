"""The limit goes to another argument: `leaves` becomes the fewest rows in a leaf."""
# loses: {leaves: 1, curve: 1}

### BEGIN SOLUTION grow
return DecisionTreeClassifier(min_samples_leaf=leaves or 1, random_state=0).fit(X, y)
### END SOLUTION
