"""The values are squeezed together, but the bars stay as high as they were, so their area is no longer 1."""
# loses: {standardised: 2}

### BEGIN SOLUTION standardised
mean, variance = mean_and_variance(p)
return (np.arange(len(p)) - mean) / np.sqrt(variance), np.asarray(p)
### END SOLUTION
