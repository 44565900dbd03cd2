"""All values are equally probable: the pmf never reaches the generator."""
# loses: {simulate: 2}

### BEGIN SOLUTION simulate
rng = np.random.default_rng(seed)
return rng.integers(0, len(p), size=(rolls, n)).sum(axis=1)
### END SOLUTION
