"""The y-axis begins just below the lowest score, so that small differences look large."""
# loses: {from-zero: 1}
### BEGIN SOLUTION from_zero
axes.set_ylim(bottom=0.95 * min(scores))
### END SOLUTION
