"""The step from the last time step to the clean picture is missing: a little noise is left."""
# loses: {along: 2}

### BEGIN SOLUTION along
x = start
for t, s in zip(timesteps, timesteps[1:]):
    x = ddim_step(x, model(x, t), ALPHA_BARS[t].item(), ALPHA_BARS[s].item())
return x
### END SOLUTION
