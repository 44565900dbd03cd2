"""The new velocity is a mixture of the old one and the step, as in a moving average: the push is too weak."""
# loses: {momentum: 2}

### BEGIN SOLUTION momentum
path, velocity = [start], np.zeros(start.shape)
for _ in range(steps):
    velocity = alpha * velocity - (1 - alpha) * learning_rate * gradient(f, path[-1])
    path.append(path[-1] + velocity)
return np.array(path)
### END SOLUTION
