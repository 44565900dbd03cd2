"""Negative prompts are taken and forgotten: the empty prompt is used always."""
# loses: {known: 2, negative: 1}
### BEGIN SOLUTION pipeline
words, negative = encode_prompts(prompts), encode_prompts([""] * len(prompts))
return to_pictures(denoise(unet, noise, words, negative, steps, scale))
### END SOLUTION
