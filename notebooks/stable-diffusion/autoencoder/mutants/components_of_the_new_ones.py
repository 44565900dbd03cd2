"""The principal components are those of the pictures to be rebuilt, not of the known ones."""
# loses: {pca: 2}

### BEGIN SOLUTION pca
rows, mean = new.flatten(1), new.flatten(1).mean(dim=0)
directions = torch.linalg.svd(rows - mean, full_matrices=False)[2][:k]
return (mean + (rows - mean) @ directions.T @ directions).view_as(new)
### END SOLUTION
