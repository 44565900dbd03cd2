"""Decoding is guided by the sentence for what is there: the picture is led back to what it showed."""
# loses: {new: 2}
### BEGIN SOLUTION edit
latents, n = to_latents(pictures), len(pictures)
words_before, words_after, empty = encode_prompts(before), encode_prompts(after), encode_prompts([""] * n)
differences = difference_map(unet, latents, words_before, words_after, 500, noises)
mask, times = to_mask(differences, threshold), levels(steps, strength)
encoded = encode(unet, latents, empty, times)
return to_pictures(decode_inside(unet, encoded, mask, words_before, empty, times, scale)), mask
### END SOLUTION
