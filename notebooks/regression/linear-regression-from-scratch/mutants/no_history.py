"""The losses are computed but never kept."""
# loses: {history: 2}

### BEGIN SOLUTION fit
w, b = np.zeros(X.shape[1]), 0.0
history = []
for _ in range(steps):
    loss = mse(y, predict(X, w, b))
    dw, db = gradient(X, y, w, b)
    w = w - learning_rate * dw
    b = b - learning_rate * db
return w, b, history
### END SOLUTION
