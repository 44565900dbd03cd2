"""Squared differences are divided by what was counted, not by what was expected."""
# loses: {chi-square: 1}

### BEGIN SOLUTION chi_square
counts, p = np.asarray(counts), np.asarray(p)
kept = counts > 0
return np.sum((counts - counts.sum() * p)[kept] ** 2 / counts[kept])
### END SOLUTION
