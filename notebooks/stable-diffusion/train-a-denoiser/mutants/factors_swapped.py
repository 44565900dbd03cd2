"""Picture and noise have changed places in the mixture: the network learns the schedule backwards."""
# loses: {add-noise: 1, loss: 2, denoising: 4}

### BEGIN SOLUTION add_noise
kept = ALPHA_BARS[t].view(-1, 1, 1, 1)
return (1 - kept).sqrt() * x0 + kept.sqrt() * noise
### END SOLUTION
