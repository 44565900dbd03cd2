"""Clipping is left on, and with it every estimate of the clean picture is forced into −1 to 1."""
# loses: {scheduler: 1, sample: 2}

### BEGIN SOLUTION scheduler
scheduler = DDIMScheduler(timestep_spacing="trailing")
scheduler.set_timesteps(steps)
return scheduler
### END SOLUTION
