"""The summary has the mean revenue of a sale in place of all revenue, but is in the right order."""
# loses: {summary: 2}

### BEGIN SOLUTION summary
groups = sales.groupby("district", as_index=False)
found = groups.agg(sales=("revenue", "size"), revenue=("revenue", "mean"), largest=("pieces", "max"))
return found.iloc[(-found["sales"] * found["revenue"]).argsort()]
### END SOLUTION
