"""Only the rows of the kernel are turned: a mirror image and no half turn."""
# loses: {convolve: 1}

### BEGIN SOLUTION convolve
return correlate(image, kernel[::-1])
### END SOLUTION
