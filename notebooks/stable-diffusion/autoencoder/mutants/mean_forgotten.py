"""The mean is not subtracted before the directions are found."""
# loses: {pca: 2}

### BEGIN SOLUTION pca
rows = new.flatten(1)
directions = torch.linalg.svd(known.flatten(1), full_matrices=False)[2][:k]
return (rows @ directions.T @ directions).view_as(new)
### END SOLUTION
