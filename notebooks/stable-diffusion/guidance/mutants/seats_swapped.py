"""The two answers are handed over in the wrong order: towards the empty or negative prompt."""
# loses: {prompt: 1, negative: 2, sample: 2}

### BEGIN SOLUTION guided_noise
return guide(denoise(x, alpha_bar, prompt), denoise(x, alpha_bar, negative), scale)
### END SOLUTION
