"""Each step begins with the first noise again: the latents of the step before are forgotten."""
# loses: {loop: 2, known: 2, pictures: 3, negative: 1}
### BEGIN SOLUTION loop
scheduler.set_timesteps(steps)
latents = noise * scheduler.init_noise_sigma
for t in scheduler.timesteps:
    predicted = guided_noise(unet, noise, t, words, negative, scale)
    latents = scheduler.step(predicted, t, noise).prev_sample
return latents
### END SOLUTION
