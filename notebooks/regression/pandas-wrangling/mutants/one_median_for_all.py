"""Missing prices get the median of all prices, whatever the product."""
# loses: {clean: 2}

### BEGIN SOLUTION clean
known = sales[sales["pieces"].notna()]
return known.assign(price=known["price"].fillna(known["price"].median()))
### END SOLUTION
