"""The sum so far is added to itself in each turn, so it doubles in place of growing by one."""
# loses: {many: 2}

### BEGIN SOLUTION many
total = np.asarray(p)
for _ in range(n - 1):
    total = pmf_of_sum(total, total)
return total
### END SOLUTION
