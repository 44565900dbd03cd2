"""Zeros only above and to the left: the far borders are not padded."""
# loses: {padding: 1, stride: 2, layer: 3}

### BEGIN SOLUTION pad
height, width = image.shape
padded = np.zeros((height + padding, width + padding))
padded[padding:, padding:] = image
return padded
### END SOLUTION
