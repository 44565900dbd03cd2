"""The squares are added up, not averaged."""
# loses: {loss: 2}

### BEGIN SOLUTION loss
return ((network(add_noise(x0, t, noise), t) - noise) ** 2).sum()
### END SOLUTION
