"""The lines have labels, but nobody asked for a legend."""
# loses: {words: 1}
### BEGIN SOLUTION words
axes.set_xlabel("epoch")
axes.set_ylabel("loss")
### END SOLUTION
