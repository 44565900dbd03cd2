"""The loop goes on with the estimate of the clean picture in place of the next noisy one."""
# loses: {sample: 2}

### BEGIN SOLUTION sample
scheduler = make_scheduler(steps)
x = start
for t in scheduler.timesteps:
    x = scheduler.step(model(x, t), t, x).pred_original_sample
return x
### END SOLUTION
