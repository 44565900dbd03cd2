"""The quotient of the errors itself is returned: 4 where 2 is right, 16 where 4 is."""
# loses: {order: 2}

### BEGIN SOLUTION order
return abs(rule(f, a, b, n) - exact) / abs(rule(f, a, b, 2 * n) - exact)
### END SOLUTION
