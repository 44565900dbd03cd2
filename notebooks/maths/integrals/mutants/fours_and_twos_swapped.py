"""Simpson's inner weights begin with 2 in place of 4."""
# loses: {simpson: 2}

### BEGIN SOLUTION simpson
heights = f(np.linspace(a, b, n + 1))
return (b - a) / n / 3 * (heights[0] + 2 * np.sum(heights[1::2]) + 4 * np.sum(heights[2:-1:2]) + heights[-1])
### END SOLUTION
