"""The axes are the wrong way round."""
# loses: {points: 1}
### BEGIN SOLUTION scatter
axes.scatter(predicted, truth, s=12)
### END SOLUTION
