"""The errors keep their sign."""
# loses: {errors: 1}

### BEGIN SOLUTION errors
return np.array([estimate(f, x, h) - slope for h in steps])
### END SOLUTION
