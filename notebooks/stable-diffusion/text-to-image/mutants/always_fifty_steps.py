"""The number of steps is fixed in the loop, whatever was asked for."""
# loses: {loop: 2}
### BEGIN SOLUTION loop
scheduler.set_timesteps(50)
latents = noise * scheduler.init_noise_sigma
for t in scheduler.timesteps:
    predicted = guided_noise(unet, latents, t, words, negative, scale)
    latents = scheduler.step(predicted, t, latents).prev_sample
return latents
### END SOLUTION
