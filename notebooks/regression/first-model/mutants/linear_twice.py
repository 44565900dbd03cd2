"""A slip of copy and paste: both functions ask the linear regression."""
# loses: {forest: 2}

### BEGIN SOLUTION predict_forest
return linear.predict(prepare(hours, fill))
### END SOLUTION
