"""A last position of the window that does not fit is counted as if it did."""
# loses: {sizes: 1}
### BEGIN SOLUTION sizes
sizes = []
for kernel, stride, padding in layers:
    size = -(-(size + 2 * padding - kernel) // stride) + 1
    sizes.append(size)
return sizes
### END SOLUTION
