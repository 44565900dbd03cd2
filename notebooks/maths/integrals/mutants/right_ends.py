"""The rectangles are as high as the graph at their right ends."""
# loses: {left: 1}

### BEGIN SOLUTION left
h = (b - a) / n
return h * np.sum(f(a + h * np.arange(1, n + 1)))
### END SOLUTION
