"""The slope of a product is taken for the product of the slopes, and the same for the quotient."""
# loses: {product: 1, quotient: 1}

### BEGIN SOLUTION product
return du * dv
### END SOLUTION
### BEGIN SOLUTION quotient
return du / dv
### END SOLUTION
