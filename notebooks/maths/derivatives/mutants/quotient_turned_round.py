"""The two terms of the quotient rule are swapped: the sign is wrong."""
# loses: {quotient: 1}

### BEGIN SOLUTION quotient
return (u * dv - du * v) / v**2
### END SOLUTION
