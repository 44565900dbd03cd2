"""The smallest distance of each column in place of each row: points of B look for their neighbours in A."""
# loses: {nearest: 2}
### BEGIN SOLUTION nearest
return distances(A, B).argmin(axis=0)
### END SOLUTION
