"""A quarter of the passengers is held out, not a quarter of the groups: their companions stay in the training rows."""
# loses: {hold-out: 1}

### BEGIN SOLUTION hold_out
return np.random.default_rng(0).random(len(passengers)) < 0.25
### END SOLUTION
