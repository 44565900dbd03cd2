"""The step is taken before the question: one step too many."""
# loses: {stop: 1}

### BEGIN SOLUTION minimise
w = start
for steps in range(1, max_steps + 1):
    slopes = gradient(f, w)
    w = w - learning_rate * slopes
    if np.linalg.norm(slopes) <= tolerance:
        return w, steps
return w, max_steps
### END SOLUTION
