"""It stops once no slope is above the tolerance, however far below zero one may be."""
# loses: {stop: 1, give-up: 1}

### BEGIN SOLUTION minimise
w = start
for steps in range(max_steps):
    slopes = gradient(f, w)
    if slopes.max() <= tolerance:
        return w, steps
    w = w - learning_rate * slopes
return w, max_steps
### END SOLUTION
