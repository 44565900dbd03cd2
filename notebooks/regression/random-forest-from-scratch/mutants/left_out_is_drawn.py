"""The row numbers named as left out are those that were drawn."""
# loses: {bootstrap: 2, forest: 2}

### BEGIN SOLUTION bootstrap
chosen = rng.integers(0, n, size=n)
return chosen, np.unique(chosen)
### END SOLUTION
