"""The power rule multiplies by the exponent, but forgets to lower it."""
# loses: {power: 1, train: 2}

### BEGIN SOLUTION power
return Value(a.data**exponent, [(a, exponent * a.data**exponent)])
### END SOLUTION
