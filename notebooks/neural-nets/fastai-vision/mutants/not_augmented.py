"""No augmentation: the network has seen nothing but upright leaves."""
# loses: {augmentation: 2, outdoors: 4}
### BEGIN SOLUTION augment
augment = None
### END SOLUTION
