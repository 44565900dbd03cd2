"""A single epoch with a tiny learning rate."""
# loses: {training: 1, outdoors: 4}
### BEGIN SOLUTION fit
learn.fit_one_cycle(1, 0.00001)
### END SOLUTION
