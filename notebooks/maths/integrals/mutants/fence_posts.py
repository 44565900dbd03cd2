"""As many points as pieces, both ends included: the old mistake with fences and posts."""
# loses: {left: 1, trapezoid: 2}

### BEGIN SOLUTION left
x = np.linspace(a, b, n)
return (b - a) / n * np.sum(f(x))
### END SOLUTION
### BEGIN SOLUTION trapezoid
heights = f(np.linspace(a, b, n))
return (b - a) / n * (np.sum(heights) - (heights[0] + heights[-1]) / 2)
### END SOLUTION
