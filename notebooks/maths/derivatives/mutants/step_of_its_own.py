"""The forward difference uses a step of its own, in place of the one that it is given."""
# loses: {forward: 1}

### BEGIN SOLUTION forward
h = 1e-6
return (f(x + h) - f(x)) / h
### END SOLUTION
