"""The noise that was handed in is not used: new noise is drawn."""
# loses: {known: 2, pictures: 3, negative: 1}
### BEGIN SOLUTION pipeline
if negative_prompts is None:
    negative_prompts = [""] * len(prompts)
words, negative = encode_prompts(prompts), encode_prompts(negative_prompts)
return to_pictures(denoise(unet, torch.randn_like(noise), words, negative, steps, scale))
### END SOLUTION
