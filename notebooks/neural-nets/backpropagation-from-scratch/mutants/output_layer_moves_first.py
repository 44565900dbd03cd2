"""The output layer has already moved when the hidden layer's gradient is taken."""
# loses: {training: 1, history: 1}

### BEGIN SOLUTION train
losses = []
for _ in range(steps):
    H, Z = forward(X, W1, b1, W2, b2)
    P = softmax(Z)
    losses.append(cross_entropy(P, y))
    dZ = score_gradient(P, y)
    _, _, dW2, db2 = backward(X, H, dZ, W2)
    W2 = W2 - learning_rate * dW2
    b2 = b2 - learning_rate * db2
    dW1, db1, _, _ = backward(X, H, dZ, W2)
    W1 = W1 - learning_rate * dW1
    b1 = b1 - learning_rate * db1
return W1, b1, W2, b2, losses
### END SOLUTION
