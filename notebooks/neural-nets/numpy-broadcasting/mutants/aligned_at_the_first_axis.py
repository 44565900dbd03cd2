"""The shapes are aligned at their first axis."""
# loses: {shapes: 2}
### BEGIN SOLUTION shapes
length = max(len(first), len(second))
first = first + (1,) * (length - len(first))
second = second + (1,) * (length - len(second))
if any(a != b and 1 not in (a, b) for a, b in zip(first, second)):
    return None
return tuple(max(a, b) for a, b in zip(first, second))
### END SOLUTION
