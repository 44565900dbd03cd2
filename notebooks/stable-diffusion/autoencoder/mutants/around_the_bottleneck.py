"""The picture itself is returned: a perfect reconstruction that compresses nothing."""
# loses: {bottleneck: 2, reconstruction: 4, scaled: 2}

### BEGIN SOLUTION reconstruct
return x
### END SOLUTION
