"""Predictions leave the intercept out, and with them everything that is built on predictions."""
# loses: {predict: 1, gradient: 3, history: 2, fit: 2}

### BEGIN SOLUTION predict
return X @ w
### END SOLUTION
