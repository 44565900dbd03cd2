"""Asked three times: the negative prompt is pushed away on top of the usual guidance."""
# loses: {negative: 2, sample: 2}

### BEGIN SOLUTION guided_noise
empty = denoise(x, alpha_bar, "")
noise = guide(empty, denoise(x, alpha_bar, prompt), scale)
if negative:
    noise = noise - scale * (denoise(x, alpha_bar, negative) - empty)
return noise
### END SOLUTION
