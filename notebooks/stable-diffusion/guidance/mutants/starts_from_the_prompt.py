"""The paper's w is read as the scale: it starts from the prompt's answer, and so goes one difference too far."""
# loses: {guide: 2, prompt: 1, negative: 2, sample: 2}

### BEGIN SOLUTION guide
return (1 + scale) * noise_prompt - scale * noise_empty
### END SOLUTION
