"""Cross-correlation turns the kernel, so that it is convolution, and convolution is cross-correlation."""
# loses: {correlate: 2, convolve: 1, stride: 2, layer: 3}

### BEGIN SOLUTION correlate
rows, columns = image.shape[0] - kernel.shape[0] + 1, image.shape[1] - kernel.shape[1] + 1
turned = kernel[::-1, ::-1]
total = np.zeros((rows, columns))
for m, n in np.ndindex(kernel.shape):
    total += turned[m, n] * image[m : m + rows, n : n + columns]
return total
### END SOLUTION
