"""The lines are drawn without x, so that the first epoch is 0."""
# loses: {curve: 2}
### BEGIN SOLUTION curve
axes.plot(training, label="training")
axes.plot(validation, label="validation")
### END SOLUTION
