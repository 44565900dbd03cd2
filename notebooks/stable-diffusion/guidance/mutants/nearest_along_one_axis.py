"""Nearest in one coordinate in place of nearest in the plane."""
# loses: {follows: 1}

### BEGIN SOLUTION follows
centres = np.array([cloud[:2] for cloud in FRUIT.values()])
nearest = np.abs(points[:, None] - centres).min(axis=2).argmin(axis=1)
return np.mean(np.array([prompt in name for name in FRUIT])[nearest])
### END SOLUTION
