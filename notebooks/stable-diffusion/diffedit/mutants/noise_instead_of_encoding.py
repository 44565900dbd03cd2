"""Noise is added to the picture at each level instead of encoding it."""
# loses: {encode: 2, back: 1, new: 2}
### BEGIN SOLUTION encode
noise = torch.randn_like(latents)
return [latents] + [scheduler.add_noise(latents, noise, torch.tensor(t)) for t in times[1:]]
### END SOLUTION
