"""The last step that is not yet below the level, one too early."""
# loses: {first-below: 1}

### BEGIN SOLUTION first_below
return int(np.sum(signal_to_noise(alpha_bar) >= level)) - 1
### END SOLUTION
