"""Outside the mask, the encoded latents of the level that was just left are put back."""
# loses: {decode: 2}
### BEGIN SOLUTION decode
latents, mask = encoded[-1], mask[:, None]
for i in range(len(times) - 1, 0, -1):
    noise = guided_noise(unet, latents, times[i], words, negative, scale)
    latents = move(latents, noise, times[i], times[i - 1])
    latents = mask * latents + (1 - mask) * encoded[i]
return latents
### END SOLUTION
