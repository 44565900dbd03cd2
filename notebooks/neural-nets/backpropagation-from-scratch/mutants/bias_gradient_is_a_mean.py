"""The biases' gradients divide by n a second time."""
# loses: {output-layer: 1, hidden-layer: 2, training: 1, history: 1, spirals: 2}

### BEGIN SOLUTION output_layer
dW2 = H.T @ dZ
db2 = dZ.mean(axis=0)
### END SOLUTION
### BEGIN SOLUTION hidden_layer
dA = (dZ @ W2.T) * (H > 0)
dW1 = X.T @ dA
db1 = dA.mean(axis=0)
### END SOLUTION
