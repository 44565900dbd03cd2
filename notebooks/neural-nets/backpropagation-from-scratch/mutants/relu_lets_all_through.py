"""On the way back ReLU is forgotten: units that were cut off get a gradient too."""
# loses: {hidden-layer: 2, training: 1, history: 1, spirals: 2}

### BEGIN SOLUTION hidden_layer
dA = dZ @ W2.T
dW1 = X.T @ dA
db1 = dA.sum(axis=0)
### END SOLUTION
