"""The generator is made from a fixed seed: the rolls are the same each time."""
# loses: {simulate: 2}

### BEGIN SOLUTION simulate
rng = np.random.default_rng(0)
return rng.choice(len(p), size=(rolls, n), p=p).sum(axis=1)
### END SOLUTION
