"""The join keeps matches only: sales of unknown stands are lost."""
# loses: {district: 2}

### BEGIN SOLUTION with_district
return sales.merge(stands.drop_duplicates(), on="stand")
### END SOLUTION
