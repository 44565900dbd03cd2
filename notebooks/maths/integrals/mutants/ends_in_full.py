"""The two ends count in full."""
# loses: {trapezoid: 2}

### BEGIN SOLUTION trapezoid
return (b - a) / n * np.sum(f(np.linspace(a, b, n + 1)))
### END SOLUTION
