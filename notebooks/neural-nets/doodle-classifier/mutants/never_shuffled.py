"""The rows come in the same order in every epoch."""
# loses: {batches: 1}

### BEGIN SOLUTION batches
order = np.arange(count)
return [order[begin : begin + size] for begin in range(0, count, size)]
### END SOLUTION
