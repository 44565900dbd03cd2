"""The two predictions are mistaken for each other."""
# loses: {guidance: 2, known: 2, pictures: 3, negative: 1}
### BEGIN SOLUTION guide
without = unet(latents, t, encoder_hidden_states=words).sample
with_prompt = unet(latents, t, encoder_hidden_states=negative).sample
return without + scale * (with_prompt - without)
### END SOLUTION
