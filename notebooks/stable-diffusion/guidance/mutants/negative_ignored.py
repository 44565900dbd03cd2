"""The empty prompt keeps its seat, whatever the negative prompt says."""
# loses: {negative: 2, sample: 2}

### BEGIN SOLUTION guided_noise
return guide(denoise(x, alpha_bar, ""), denoise(x, alpha_bar, prompt), scale)
### END SOLUTION
