"""What arrives along a second path replaces what came along the first."""
# loses: {reuse: 2, doublings: 1, train: 2}

### BEGIN SOLUTION backward
values = ordered(result)
for value in values:
    value.grad = 0.0
result.grad = 1.0
for value in reversed(values):
    for source, slope in value.sources:
        source.grad = value.grad * slope
### END SOLUTION
