"""The estimate is measured on the rows that the forest was fitted to, which it remembers."""
# loses: {estimate: 1}

### BEGIN SOLUTION estimate
model = train_model(X, y)
estimate = np.mean(model.predict(X) == y)
### END SOLUTION
