"""Every row with any gap is dropped, also where only the price is missing."""
# loses: {clean: 2}

### BEGIN SOLUTION clean
return sales.dropna()
### END SOLUTION
