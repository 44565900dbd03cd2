"""A sample is drawn, but the tree is grown on the whole table all the same."""
# loses: {forest: 2}

### BEGIN SOLUTION forest
trees, left_outs = [], []
for _ in range(n_trees):
    chosen, left_out = bootstrap(len(X), rng)
    trees.append(grow_tree(X, y, m, rng))
    left_outs.append(left_out)
return trees, left_outs
### END SOLUTION
