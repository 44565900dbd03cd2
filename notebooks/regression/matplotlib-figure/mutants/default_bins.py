"""The number of bins is left to Matplotlib."""
# loses: {histograms: 2}
### BEGIN SOLUTION hist
for place, (name, values) in enumerate(columns.items()):
    axes[0, place].hist(values)
    axes[0, place].set_title(name)
### END SOLUTION
