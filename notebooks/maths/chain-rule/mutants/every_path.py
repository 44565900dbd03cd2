"""Every path is followed to its end: right, but the work doubles with each reused value."""
# loses: {doublings: 1}

### BEGIN SOLUTION backward
for value in ordered(result):
    value.grad = 0.0

def follow(value, slope):
    value.grad += slope
    for source, local in value.sources:
        follow(source, slope * local)

follow(result, 1.0)
### END SOLUTION
