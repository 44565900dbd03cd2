"""The intercept's derivative is forgotten: the line can turn, but never shift."""
# loses: {gradient: 3, history: 2, fit: 2}

### BEGIN SOLUTION gradient
error = predict(X, w, b) - y
return 2 * X.T @ error / len(y), 0.0
### END SOLUTION
