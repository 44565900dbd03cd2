"""The larger length is taken, whether the two fit or not."""
# loses: {shapes: 2}
### BEGIN SOLUTION shapes
length = max(len(first), len(second))
first = (1,) * (length - len(first)) + first
second = (1,) * (length - len(second)) + second
return tuple(max(a, b) for a, b in zip(first, second))
### END SOLUTION
