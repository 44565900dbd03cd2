"""The noise is predicted at the start and never again."""
# loses: {sample: 2}

### BEGIN SOLUTION sample
x = start
noise = guided_noise(x, alpha_bars[0], prompt, negative, scale)
for now, after in zip(alpha_bars[:-1], alpha_bars[1:]):
    x = step(x, noise, now, after)
return x
### END SOLUTION
