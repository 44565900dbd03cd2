"""All pictures of the batch are taken to the step of the first one."""
# loses: {add-noise: 3}

### BEGIN SOLUTION add_noise
kept = alpha_bar[t[0]]
return np.sqrt(kept) * x0 + np.sqrt(1 - kept) * noise
### END SOLUTION
