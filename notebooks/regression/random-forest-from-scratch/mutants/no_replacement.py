"""The rows are shuffled, not drawn with replacement: each comes once, and none is left out."""
# loses: {bootstrap: 2, forest: 2}

### BEGIN SOLUTION bootstrap
chosen = rng.permutation(n)
return chosen, np.setdiff1d(np.arange(n), chosen)
### END SOLUTION
