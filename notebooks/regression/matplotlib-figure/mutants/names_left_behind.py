"""The scores are sorted, the names are not."""
# loses: {bars: 2}
### BEGIN SOLUTION bars
axes.bar(names, np.sort(scores)[::-1])
### END SOLUTION
