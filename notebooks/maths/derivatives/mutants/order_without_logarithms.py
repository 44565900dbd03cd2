"""The line is fitted to steps and errors themselves, not to their logarithms."""
# loses: {order: 2}

### BEGIN SOLUTION order
return np.polyfit(steps, errors, 1)[0]
### END SOLUTION
