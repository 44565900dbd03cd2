"""The step adds the gradient and climbs."""
# loses: {descend: 2, best-rate: 2}

### BEGIN SOLUTION descend
path = [start]
for _ in range(steps):
    path.append(path[-1] + learning_rate * gradient(f, path[-1]))
return np.array(path)
### END SOLUTION
