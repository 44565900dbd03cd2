"""Nothing is restored outside the mask."""
# loses: {decode: 2, kept: 1, new: 2}
### BEGIN SOLUTION decode
latents = encoded[-1]
for i in range(len(times) - 1, 0, -1):
    noise = guided_noise(unet, latents, times[i], words, negative, scale)
    latents = move(latents, noise, times[i], times[i - 1])
return latents
### END SOLUTION
