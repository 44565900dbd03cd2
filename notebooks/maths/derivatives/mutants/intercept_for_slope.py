"""The constant of the fitted line is taken for its slope."""
# loses: {order: 2}

### BEGIN SOLUTION order
return np.polyfit(np.log(steps), np.log(errors), 1)[1]
### END SOLUTION
