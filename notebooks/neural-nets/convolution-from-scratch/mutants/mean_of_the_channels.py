"""A filter takes the mean of what its channels give, where it should add up."""
# loses: {layer: 3}

### BEGIN SOLUTION conv_layer
outputs = []
for filter_kernels, filter_bias in zip(kernels, bias):
    slid = [slide(image, kernel, padding, stride) for image, kernel in zip(images, filter_kernels)]
    outputs.append(np.mean(slid, axis=0) + filter_bias)
return np.array(outputs)
### END SOLUTION
