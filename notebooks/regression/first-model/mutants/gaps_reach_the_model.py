"""New hours go to the linear regression as they come: their gaps were never filled."""
# loses: {linear: 2, estimate-linear: 1}

### BEGIN SOLUTION predict_linear
return linear.predict(hours[FEATURES])
### END SOLUTION
