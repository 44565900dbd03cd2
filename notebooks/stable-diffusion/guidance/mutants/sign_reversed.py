"""The difference is taken the wrong way round: the sampler flees from the prompt."""
# loses: {guide: 2, prompt: 1, negative: 2, sample: 2}

### BEGIN SOLUTION guide
return noise_empty + scale * (noise_empty - noise_prompt)
### END SOLUTION
