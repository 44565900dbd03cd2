"""Each layer adds its window less one, whatever the strides before it."""
# loses: {receptive: 1}
### BEGIN SOLUTION receptive
return 1 + sum(kernel - 1 for kernel, stride, padding in layers)
### END SOLUTION
