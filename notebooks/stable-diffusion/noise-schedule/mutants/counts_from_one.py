"""The index of a step is read as the paper's number, so that each picture gets the schedule's entry before its own."""
# loses: {add-noise: 3, remove-noise: 2}

### BEGIN SOLUTION add_noise
kept = alpha_bar[t - 1][:, None, None]
return np.sqrt(kept) * x0 + np.sqrt(1 - kept) * noise
### END SOLUTION
### BEGIN SOLUTION remove_noise
kept = alpha_bar[t - 1][:, None, None]
return (xt - np.sqrt(1 - kept) * noise) / np.sqrt(kept)
### END SOLUTION
