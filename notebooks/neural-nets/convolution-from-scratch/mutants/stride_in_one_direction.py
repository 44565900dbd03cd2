"""The stride counts for the rows and is forgotten for the columns."""
# loses: {stride: 2, layer: 3}

### BEGIN SOLUTION slide
return correlate(pad(image, padding), kernel)[::stride]
### END SOLUTION
