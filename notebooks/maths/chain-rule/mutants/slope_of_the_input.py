"""The slope of tanh is computed from what goes in, in place of what comes out."""
# loses: {tanh: 1, train: 2}

### BEGIN SOLUTION tanh
return Value(math.tanh(a.data), [(a, 1 - a.data**2)])
### END SOLUTION
