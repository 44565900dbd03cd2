"""The first column of the probabilities is that of not having strayed: every answer is turned round."""
# loses: {public-score: 5, estimate: 1}

### BEGIN SOLUTION predictions
model = train_model(X, y)
predictions = model.predict_proba(make_features(test_table))[:, 0] > 0.5
### END SOLUTION
