"""No guidance: the prediction with the prompt is used as it is."""
# loses: {guidance: 2, known: 2, negative: 1}
### BEGIN SOLUTION guide
return unet(latents, t, encoder_hidden_states=words).sample
### END SOLUTION
