"""The square root of alpha-bar is forgotten: the picture is multiplied by a variance."""
# loses: {add-noise: 3}

### BEGIN SOLUTION add_noise
kept = alpha_bar[t][:, None, None]
return kept * x0 + np.sqrt(1 - kept) * noise
### END SOLUTION
