"""The squares of the values are averaged, not those of their distances from the mean."""
# loses: {moments: 1, standardised: 2}

### BEGIN SOLUTION moments
values = np.arange(len(p))
return np.sum(values * p), np.sum(values**2 * p)
### END SOLUTION
