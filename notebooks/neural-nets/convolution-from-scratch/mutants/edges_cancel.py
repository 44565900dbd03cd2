"""The two changes are added with their signs, so that edges in one diagonal direction cancel."""
# loses: {edges: 1}

### BEGIN SOLUTION edges
across = np.array([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]])
return np.abs(correlate(image, across) + correlate(image, across.T))
### END SOLUTION
