"""It goes on for a thousand steps, whatever `max_steps` says."""
# loses: {give-up: 1}

### BEGIN SOLUTION minimise
w = start
for steps in range(1000):
    slopes = gradient(f, w)
    if np.linalg.norm(slopes) <= tolerance:
        break
    w = w - learning_rate * slopes
return w, steps
### END SOLUTION
