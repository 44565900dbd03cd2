"""Differences to one side only, whose error is far larger."""
# loses: {finite-differences: 1}

### BEGIN SOLUTION numerical_gradient
slopes = np.zeros(W.shape)
for place in np.ndindex(W.shape):
    step = np.zeros(W.shape)
    step[place] = tiny
    slopes[place] = (f(W + step) - f(W)) / tiny
return slopes
### END SOLUTION
