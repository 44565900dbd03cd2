"""The last beta of the cosine is 1: nothing at all is left, and the way back divides by zero."""
# loses: {cosine: 2}

### BEGIN SOLUTION cosine
f = np.cos((np.arange(steps + 1) / steps + s) / (1 + s) * np.pi / 2) ** 2
return 1 - f[1:] / f[:-1]
### END SOLUTION
