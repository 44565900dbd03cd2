"""The default spacing: sampling starts lower than at the last time step."""
# loses: {scheduler: 1, sample: 2}

### BEGIN SOLUTION scheduler
scheduler = DDIMScheduler(clip_sample=False)
scheduler.set_timesteps(steps)
return scheduler
### END SOLUTION
