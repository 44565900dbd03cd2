"""One mirror and one shift for the whole mini-batch."""
# loses: {augment: 2}

### BEGIN SOLUTION augment
down, right = rng.integers(0, 3, size=2)
varied = np.pad(pictures, ((0, 0), (1, 1), (1, 1)))[:, down : down + 28, right : right + 28]
return varied[:, :, ::-1] if rng.random() < 0.5 else varied
### END SOLUTION
