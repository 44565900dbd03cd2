"""Sorted from the lowest score to the highest."""
# loses: {bars: 2}
### BEGIN SOLUTION bars
order = np.argsort(scores)
axes.bar([names[place] for place in order], [scores[place] for place in order])
### END SOLUTION
