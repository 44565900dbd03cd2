"""NumPy's argmin takes NaN for the lowest of all."""
# loses: {best-rate: 2}

### BEGIN SOLUTION best_rate
heights = [f(descend(f, start, rate, steps)[-1]) for rate in rates]
return rates[int(np.argmin(heights))]
### END SOLUTION
