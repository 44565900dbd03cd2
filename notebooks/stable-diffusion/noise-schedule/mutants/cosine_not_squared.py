"""The square is forgotten: a cosine in place of its square."""
# loses: {cosine: 2}

### BEGIN SOLUTION cosine
f = np.cos((np.arange(steps + 1) / steps + s) / (1 + s) * np.pi / 2)
return np.minimum(1 - f[1:] / f[:-1], 0.999)
### END SOLUTION
