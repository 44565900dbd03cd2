"""The intercept's derivative is taken after the weights have already moved: two half steps from different points."""
# loses: {history: 2}

### BEGIN SOLUTION fit
w, b = np.zeros(X.shape[1]), 0.0
history = []
for _ in range(steps):
    history.append(mse(y, predict(X, w, b)))
    w = w - learning_rate * gradient(X, y, w, b)[0]
    b = b - learning_rate * gradient(X, y, w, b)[1]
return w, b, history
### END SOLUTION
