"""The difference to both sides is divided by the way to one: every slope is twice what it should be."""
# loses: {gradient: 2, descend: 2, stop: 1, give-up: 1, best-rate: 2, momentum: 2}

### BEGIN SOLUTION gradient
slopes = np.zeros(w.shape)
for j in range(len(w)):
    side = np.zeros(w.shape)
    side[j] = tiny
    slopes[j] = (f(w + side) - f(w - side)) / tiny
return slopes
### END SOLUTION
