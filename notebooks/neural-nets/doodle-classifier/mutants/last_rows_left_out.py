"""Rows that do not fill a mini-batch are left out."""
# loses: {batches: 1}

### BEGIN SOLUTION batches
order = rng.permutation(count)
return [order[begin : begin + size] for begin in range(0, count - size + 1, size)]
### END SOLUTION
