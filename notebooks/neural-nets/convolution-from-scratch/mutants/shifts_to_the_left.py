"""The 1 stands on the side to which the picture should move, and so fetches the pixel from there."""
# loses: {shift: 1}

### BEGIN SOLUTION shift_right
shift_right = np.array([[0.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 0.0, 0.0]])
### END SOLUTION
