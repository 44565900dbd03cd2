"""The test table was sorted on the way: the answers are fine, but they belong to other rows."""
# loses: {public-score: 5, estimate: 1}

### BEGIN SOLUTION predictions
model = train_model(X, y)
predictions = model.predict(make_features(test_table.sort_values("cabin")))
### END SOLUTION
