"""The gradient lacks the factor 1/n of the mean: it is n times too long, and the training explodes."""
# loses: {score-gradient: 2, training: 1, history: 1, spirals: 2}

### BEGIN SOLUTION score_gradient
dZ = P.copy()
dZ[np.arange(len(y)), y] -= 1
return dZ
### END SOLUTION
