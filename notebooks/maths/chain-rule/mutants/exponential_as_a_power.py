"""The exponential function is differentiated as if it were a power of e."""
# loses: {exp: 1}

### BEGIN SOLUTION exp
return Value(math.exp(a.data), [(a, a.data * math.exp(a.data - 1))])
### END SOLUTION
