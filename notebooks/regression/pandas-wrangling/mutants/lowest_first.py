"""The summary is sorted, but the wrong way round."""
# loses: {order: 1}

### BEGIN SOLUTION summary
groups = sales.groupby("district", as_index=False)
found = groups.agg(sales=("revenue", "size"), revenue=("revenue", "sum"), largest=("pieces", "max"))
return found.sort_values("revenue")
### END SOLUTION
