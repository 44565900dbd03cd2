"""All weights begin at 0: the hidden units get no gradient, and nothing is ever learned but the most frequent kind."""
# loses: {start: 1, training: 2, accuracy: 4}

### BEGIN SOLUTION new_network
return np.zeros((inputs, hidden)), np.zeros(hidden), np.zeros((hidden, classes)), np.zeros(classes)
### END SOLUTION
