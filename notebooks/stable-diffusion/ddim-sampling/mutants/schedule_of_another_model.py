"""The schedule of Stable Diffusion, copied from an example, for a model that was trained with another one."""
# loses: {scheduler: 1, sample: 2}

### BEGIN SOLUTION scheduler
scheduler = DDIMScheduler(
    beta_start=0.00085,
    beta_end=0.012,
    beta_schedule="scaled_linear",
    clip_sample=False,
    timestep_spacing="trailing",
)
scheduler.set_timesteps(steps)
return scheduler
### END SOLUTION
