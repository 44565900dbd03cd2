"""Half of the mean squared error, as many textbooks define the loss: the gradient then isn't this one."""
# loses: {loss: 1, history: 2}

### BEGIN SOLUTION mse
return np.mean((predicted - y) ** 2) / 2
### END SOLUTION
