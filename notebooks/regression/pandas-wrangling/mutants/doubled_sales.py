"""Stands that are entered twice double their sales."""
# loses: {district: 2}

### BEGIN SOLUTION with_district
return sales.merge(stands, on="stand", how="left").fillna({"district": "unknown"})
### END SOLUTION
