"""The central difference divides by h, though its two points are 2h apart: every slope is twice too large."""
# loses: {central: 2, tangent: 2}

### BEGIN SOLUTION central
return (f(x + h) - f(x - h)) / h
### END SOLUTION
