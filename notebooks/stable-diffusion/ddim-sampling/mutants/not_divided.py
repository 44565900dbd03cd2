"""The noise is taken away, but what is left is not scaled up again."""
# loses: {clean: 1, step: 2, fresh-noise: 2, along: 2}

### BEGIN SOLUTION clean
return x - (1 - now) ** 0.5 * noise
### END SOLUTION
