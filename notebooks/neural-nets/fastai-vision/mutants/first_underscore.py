"""The name is cut at its first underscore, which a species may have itself."""
# loses: {species: 1}
### BEGIN SOLUTION species
return path.name.split("_")[0]
### END SOLUTION
