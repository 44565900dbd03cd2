"""The entry holds the forest's probabilities: nobody decided."""
# loses: {public-score: 5, estimate: 1}

### BEGIN SOLUTION predictions
model = train_model(X, y)
predictions = model.predict_proba(make_features(test_table))[:, 1]
### END SOLUTION
