"""The size of the result leaves out the + 1 for the first place."""
# loses: {output-size: 1}

### BEGIN SOLUTION output_size
return (size + 2 * padding - kernel) // stride
### END SOLUTION
