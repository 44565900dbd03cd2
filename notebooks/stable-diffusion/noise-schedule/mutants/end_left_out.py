"""The last beta is left out of the linear schedule, as with range."""
# loses: {linear: 1}

### BEGIN SOLUTION linear
return first + (last - first) * np.arange(steps) / steps
### END SOLUTION
