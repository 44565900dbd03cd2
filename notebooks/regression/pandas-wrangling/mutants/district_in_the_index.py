"""The districts become the labels of the rows and are no column any more."""
# loses: {summary: 2, order: 1}

### BEGIN SOLUTION summary
groups = sales.groupby("district")
found = groups.agg(sales=("revenue", "size"), revenue=("revenue", "sum"), largest=("pieces", "max"))
return found.sort_values("revenue", ascending=False)
### END SOLUTION
