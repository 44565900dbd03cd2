"""The prompt's answer is scaled and added, and nothing is taken away from the empty one."""
# loses: {guide: 2, prompt: 1, negative: 2, sample: 2}

### BEGIN SOLUTION guide
return noise_empty + scale * noise_prompt
### END SOLUTION
