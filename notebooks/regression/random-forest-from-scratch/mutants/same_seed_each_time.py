"""A generator with a fixed seed is made for each tree: all trees are the same one."""
# loses: {forest: 2, accuracy: 2}

### BEGIN SOLUTION forest
trees, left_outs = [], []
for _ in range(n_trees):
    rng = np.random.default_rng(0)
    chosen, left_out = bootstrap(len(X), rng)
    trees.append(grow_tree(X[chosen], y[chosen], m, rng))
    left_outs.append(left_out)
return trees, left_outs
### END SOLUTION
