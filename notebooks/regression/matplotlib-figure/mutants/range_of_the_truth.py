"""The range is that of the true values: wild predictions fall out of the picture."""
# loses: {frame: 2}
### BEGIN SOLUTION frame
low, high = np.min(truth), np.max(truth)
axes.plot([low, high], [low, high], color="gray", linestyle="--")
axes.set_xlim(low, high)
axes.set_ylim(low, high)
axes.set_aspect("equal")
### END SOLUTION
