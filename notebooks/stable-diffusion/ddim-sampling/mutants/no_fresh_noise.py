"""Only the deterministic step: eta is ignored."""
# loses: {fresh-noise: 2}

### BEGIN SOLUTION step
return after**0.5 * predict_clean(x, noise, now) + (1 - after) ** 0.5 * noise
### END SOLUTION
