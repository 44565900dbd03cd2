"""Scale and negative prompt are taken, but not passed on."""
# loses: {sample: 2}

### BEGIN SOLUTION sample
x = start
for now, after in zip(alpha_bars[:-1], alpha_bars[1:]):
    x = step(x, guided_noise(x, now, prompt), now, after)
return x
### END SOLUTION
