"""The ratio of the two factors of the jump, which is the root of the ratio of the variances."""
# loses: {snr: 1, first-below: 1}

### BEGIN SOLUTION snr
return np.sqrt(alpha_bar) / np.sqrt(1 - alpha_bar)
### END SOLUTION
