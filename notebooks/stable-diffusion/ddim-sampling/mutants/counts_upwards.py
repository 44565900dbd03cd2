"""The time steps are taken from clean to noisy."""
# loses: {sample: 2}

### BEGIN SOLUTION sample
scheduler = make_scheduler(steps)
x = start
for t in reversed(scheduler.timesteps):
    x = scheduler.step(model(x, t), t, x).prev_sample
return x
### END SOLUTION
