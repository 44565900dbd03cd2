"""The picture is put one row and one column too far up and to the left, though the size is right."""
# loses: {padding: 1, stride: 2, layer: 3}

### BEGIN SOLUTION pad
height, width = image.shape
padded = np.zeros((height + 2 * padding, width + 2 * padding))
at = max(padding - 1, 0)
padded[at : at + height, at : at + width] = image
return padded
### END SOLUTION
