"""Each factor gets its own value as local slope, in place of the other one's."""
# loses: {trees: 2, reuse: 2, doublings: 1, train: 2}

### BEGIN SOLUTION multiply
return Value(a.data * b.data, [(a, a.data), (b, b.data)])
### END SOLUTION
