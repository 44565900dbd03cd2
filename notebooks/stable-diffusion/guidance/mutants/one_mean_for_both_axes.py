"""One mean over colours and shapes alike, and the spread of single numbers around it."""
# loses: {variety: 1}

### BEGIN SOLUTION variety
return np.sqrt(np.mean((points - points.mean()) ** 2))
### END SOLUTION
