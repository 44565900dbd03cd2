"""The velocity adds the slope: it climbs the loss."""
# loses: {update: 1, training: 2, accuracy: 4}

### BEGIN SOLUTION update
v = alpha * v + rate * slope
return w + v, v
### END SOLUTION
