"""The last row and the last column of places are left out: h - k places where there are h - k + 1."""
# loses: {correlate: 2, convolve: 1, stride: 2, layer: 3, edges: 1}

### BEGIN SOLUTION correlate
rows, columns = image.shape[0] - kernel.shape[0], image.shape[1] - kernel.shape[1]
total = np.zeros((rows, columns))
for m, n in np.ndindex(kernel.shape):
    total += kernel[m, n] * image[m : m + rows, n : n + columns]
return total
### END SOLUTION
