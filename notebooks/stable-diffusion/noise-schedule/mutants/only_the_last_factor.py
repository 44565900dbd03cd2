"""The product is left out: alpha in place of alpha-bar."""
# loses: {alpha-bar: 1}

### BEGIN SOLUTION alpha_bars
return 1 - betas
### END SOLUTION
