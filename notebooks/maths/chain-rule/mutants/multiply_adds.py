"""A slip of copy and paste: the product is computed as a sum."""
# loses: {values: 1, trees: 2, reuse: 2, doublings: 1, train: 2}

### BEGIN SOLUTION multiply
return Value(a.data + b.data, [(a, 1.0), (b, 1.0)])
### END SOLUTION
