"""The gradient forgets to divide by the number of rows, so its steps are n times too long and descent explodes."""
# loses: {gradient: 3, history: 2, fit: 2}

### BEGIN SOLUTION gradient
error = predict(X, w, b) - y
return 2 * X.T @ error, 2 * np.sum(error)
### END SOLUTION
