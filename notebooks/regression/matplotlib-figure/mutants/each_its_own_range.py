"""Each axes chooses its own range of counts."""
# loses: {shared: 1}
### BEGIN SOLUTION panels
figure, axes = plt.subplots(1, len(columns), figsize=(3 * len(columns), 2.5), squeeze=False)
### END SOLUTION
