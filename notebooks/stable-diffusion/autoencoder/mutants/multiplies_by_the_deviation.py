"""The deviation itself in place of one over it: the spread is squared, not removed."""
# loses: {scale: 1, scaled: 2}

### BEGIN SOLUTION scale
return latents.std(correction=0)
### END SOLUTION
