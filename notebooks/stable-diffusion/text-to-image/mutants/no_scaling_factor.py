"""The decoder gets latents as the U-Net knows them."""
# loses: {decode: 1, known: 2, pictures: 3, negative: 1}
### BEGIN SOLUTION decode
pictures = vae.decode(latents).sample
return (pictures / 2 + 0.5).clamp(0, 1)
### END SOLUTION
