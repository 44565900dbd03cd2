"""The smaller the step the better, or so it seems: rounding eats the slope."""
# loses: {tangent: 2}

### BEGIN SOLUTION tangent
slope = central_difference(f, x0, 1e-14)
return slope, f(x0) - slope * x0
### END SOLUTION
