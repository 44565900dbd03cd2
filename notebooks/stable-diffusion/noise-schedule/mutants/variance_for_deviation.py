"""The noise is multiplied by its variance in place of its standard deviation, in the jump and on the way back."""
# loses: {add-noise: 3, remove-noise: 2}

### BEGIN SOLUTION add_noise
kept = alpha_bar[t][:, None, None]
return np.sqrt(kept) * x0 + (1 - kept) * noise
### END SOLUTION
### BEGIN SOLUTION remove_noise
kept = alpha_bar[t][:, None, None]
return (xt - (1 - kept) * noise) / np.sqrt(kept)
### END SOLUTION
