"""The share is read as what is kept: most prompts are dropped."""
# loses: {drop: 1}

### BEGIN SOLUTION drop
return [prompt if draw < share else "" for prompt, draw in zip(prompts, draws)]
### END SOLUTION
