"""The mask is one where nothing should change."""
# loses: {mask: 1, place: 1, kept: 1, new: 2}
### BEGIN SOLUTION mask
flat = differences.flatten(1)
flat = flat.minimum(3 * flat.mean(dim=1, keepdim=True))
flat = flat - flat.min(dim=1, keepdim=True).values
flat = flat / flat.max(dim=1, keepdim=True).values
return (flat < threshold).float().reshape(differences.shape)
### END SOLUTION
