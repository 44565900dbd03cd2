"""The mean of the two ends' heights is taken for the height in the middle: these are the trapezia again."""
# loses: {midpoint: 1}

### BEGIN SOLUTION midpoint
h = (b - a) / n
ends = a + h * np.arange(n)
return h * np.sum((f(ends) + f(ends + h)) / 2)
### END SOLUTION
