"""The predicted noise is put back as strong as it was: the factor of the level before."""
# loses: {step: 2, fresh-noise: 2, along: 2}

### BEGIN SOLUTION step
clean = predict_clean(x, noise, now)
sigma = eta * ((1 - after) / (1 - now)) ** 0.5 * (1 - now / after) ** 0.5
x = after**0.5 * clean + (1 - now - sigma**2) ** 0.5 * noise
return x if fresh is None else x + sigma * fresh
### END SOLUTION
