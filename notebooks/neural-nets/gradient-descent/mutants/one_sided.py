"""Differences to one side only, whose error is far larger."""
# loses: {gradient: 2}

### BEGIN SOLUTION gradient
slopes = np.zeros(w.shape)
for j in range(len(w)):
    side = np.zeros(w.shape)
    side[j] = tiny
    slopes[j] = (f(w + side) - f(w)) / tiny
return slopes
### END SOLUTION
