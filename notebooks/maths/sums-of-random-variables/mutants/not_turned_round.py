"""The second pmf is not turned round: this is the distribution of a difference, moved to the right."""
# loses: {sum: 3, many: 2}

### BEGIN SOLUTION sum
total = np.zeros(len(p) + len(q) - 1)
for i in range(len(p)):
    for j in range(len(q)):
        total[i - j + len(q) - 1] += p[i] * q[j]
return total
### END SOLUTION
