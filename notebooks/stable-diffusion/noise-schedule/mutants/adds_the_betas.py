"""The betas are added up in place of multiplying what each leaves."""
# loses: {alpha-bar: 1}

### BEGIN SOLUTION alpha_bars
return 1 - np.cumsum(betas)
### END SOLUTION
