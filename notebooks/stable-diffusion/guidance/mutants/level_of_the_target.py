"""The model is told the noise level of the place to go to, in place of the one where the point is."""
# loses: {sample: 2}

### BEGIN SOLUTION sample
x = start
for now, after in zip(alpha_bars[:-1], alpha_bars[1:]):
    x = step(x, guided_noise(x, after, prompt, negative, scale), now, after)
return x
### END SOLUTION
