"""The variance is handed to the generator where it wants the standard deviation: the weights begin too small."""
# loses: {start: 1}

### BEGIN SOLUTION new_network
W1 = rng.normal(0, 2 / inputs, size=(inputs, hidden))
W2 = rng.normal(0, 2 / hidden, size=(hidden, classes))
return W1, np.zeros(hidden), W2, np.zeros(classes)
### END SOLUTION
