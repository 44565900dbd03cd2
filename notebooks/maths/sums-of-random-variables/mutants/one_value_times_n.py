"""One value is drawn and multiplied by n, in place of n values that are added."""
# loses: {simulate: 2}

### BEGIN SOLUTION simulate
rng = np.random.default_rng(seed)
return n * rng.choice(len(p), size=rolls, p=p)
### END SOLUTION
