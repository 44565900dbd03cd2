"""The walk adds noise but does not shrink the picture, so the variance grows with each step."""
# loses: {walk: 2}

### BEGIN SOLUTION walk
x = x0
for beta, noise in zip(betas, noises):
    x = x + np.sqrt(beta) * noise
return x
### END SOLUTION
