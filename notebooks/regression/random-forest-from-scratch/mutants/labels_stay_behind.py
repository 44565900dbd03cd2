"""The rows are drawn, the labels are not: they no longer belong together."""
# loses: {forest: 2, accuracy: 2}

### BEGIN SOLUTION forest
trees, left_outs = [], []
for _ in range(n_trees):
    chosen, left_out = bootstrap(len(X), rng)
    trees.append(grow_tree(X[chosen], y, m, rng))
    left_outs.append(left_out)
return trees, left_outs
### END SOLUTION
