"""What leaves the picture on one side comes in on the other."""
# loses: {augment: 2}

### BEGIN SOLUTION augment
varied = []
for picture in pictures:
    down, right = rng.integers(-1, 2, size=2)
    piece = np.roll(np.roll(picture, down, axis=0), right, axis=1)
    varied.append(piece[:, ::-1] if rng.random() < 0.5 else piece)
return np.array(varied)
### END SOLUTION
