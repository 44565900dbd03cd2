# %% [markdown]
# # Decision tree from scratch
#
# A decision tree asks questions such as *is feature 1 at most 4.2?*, one after the other, and answers with the class
# that most training rows in the same leaf have. There is no gradient and no learning rate: the whole of training is a
# search for good questions. Breiman, Friedman, Olshen and Stone described it in 1984 (*Classification and Regression
# Trees*, CART for short), and scikit-learn's trees still work that way.
#
# You build it from five functions with NumPy alone; scikit-learn is not available here. Every task ends in a cell of
# checks that you can run as often as you like. What counts in the end is how your functions behave on *new* random
# data, so no function may rely on the data in this notebook.
#
# You need NumPy's arrays, selecting rows by truth values (`y[x <= 3]`), and functions that call themselves. Later tasks
# call the functions of earlier ones: when several checks fail, mend the first one first. Fill in what is missing, run
# the cells from the top, and hand in the saved notebook. What you have solved earns its points even while another task
# is open: the cells that check or plot may fail without ending the run. A cell of your own that fails ends it.
#
# **Notation.** There are $n$ rows and $d$ features. `X` has the shape `(n, d)`, one column of it, `x`, the shape
# `(n,)`, and so have the labels `y`: whole numbers that name the classes. They need not be 0, 1, 2: a class may be
# called 7.

# %%
import matplotlib.pyplot as plt
import numpy as np


def draw_fruit(rng, n):
    """Made-up fruit: size and sweetness, shape (n, 2), and the kind, 0, 1 or 2; one in ten carries a wrong label."""
    size, sweetness = rng.uniform(0, 10, n), rng.uniform(0, 10, n)
    kind = np.where(sweetness > 5 + 2.5 * np.sin(size * 0.8), 1, np.where(size > 6, 2, 0))
    return np.column_stack([size, sweetness]), np.where(rng.random(n) < 0.1, rng.integers(0, 3, n), kind)


fruit, kinds = draw_fruit(np.random.default_rng(5), 200)
plt.figure(figsize=(4.5, 4))
plt.scatter(fruit[:, 0], fruit[:, 1], c=kinds, cmap="viridis", s=14)
plt.xlabel("size (feature 0)")
plt.ylabel("sweetness (feature 1)")

# %% [markdown]
# ## Task 1: how mixed is a group?
#
# A group of rows is *pure* if all of them are of one class. How far it is from that is measured by the *Gini impurity*
#
# $$H = \sum_k p_k (1 - p_k) = 1 - \sum_k p_k^2,$$
#
# where $p_k$ is the share of the rows that are of class $k$ (scikit-learn's user guide, section 1.10.7.1; Hastie,
# Tibshirani and Friedman 2009, *The Elements of Statistical Learning*, equation 9.17). It is 0 for a pure group.
#
# Write `gini(y)`. *A worked example of NumPy:* `values, counts = np.unique([7, 3, 7, 7], return_counts=True)` gives
# `[3, 7]` and `[1, 3]`: which different values there are, and how often each of them occurs.


# %%
def gini(y):
    """Return the Gini impurity, a single number, of labels y of shape (n,), n at least 1."""
    ### BEGIN SOLUTION gini
    counts = np.unique(y, return_counts=True)[1]
    return 1 - np.sum((counts / len(y)) ** 2)
    ### STARTER
    # raise NotImplementedError("Return a single number.")
    ### END SOLUTION


# %% tags=["public-check"]
assert np.shape(gini(np.array([0, 1]))) == (), "the impurity is a single number"
assert np.isclose(gini(np.array([4, 4, 4])), 0), "a pure group has the impurity 0"
assert np.isclose(gini(np.array([0, 0, 1, 1])), 0.5), f"half and half: 1 − 1/4 − 1/4 = 0.5; you have {gini(np.array([0, 0, 1, 1]))}"
assert np.isclose(gini(np.array([7, 3, 7, 7])), 0.375), f"shares 3/4 and 1/4 give 0.375; you have {gini(np.array([7, 3, 7, 7]))}"
print("Task 1 looks right.")

# %% [markdown]
# ## Task 2: how good is a question?
#
# The question *is $x$ at most $t$?* sends the rows with $x \le t$ to the left and the others to the right. What is left
# of the impurity is the mean of the two groups' impurities, **weighted by how many rows each of them has**:
#
# $$G = \frac{n_\text{left}}{n} H_\text{left} + \frac{n_\text{right}}{n} H_\text{right}$$
#
# (scikit-learn's user guide, section 1.10.7). Without the weights, cutting off a single row would look splendid: one of
# the two groups is pure.
#
# Write `split_impurity(x, y, threshold)`. If one of the groups is empty, the other one is everything: then the result
# is simply `gini(y)`.
#
# *A worked example:* `x = np.array([1, 5, 2])`, `y = np.array([0, 1, 1])`. With the threshold 2 the mask `x <= 2` is
# `[True, False, True]`, and `y[x <= 2]` is `[0, 1]`, of impurity 0.5; on the right is `[1]`, of impurity 0. So $G = 2/3
# \cdot 0.5 + 1/3 \cdot 0 = 1/3$.


# %%
def split_impurity(x, y, threshold):
    """Return the weighted impurity, a single number, after the split x <= threshold; x and y of shape (n,)."""
    ### BEGIN SOLUTION split
    left = x <= threshold
    return sum(np.mean(side) * gini(y[side]) for side in (left, ~left) if side.any())
    ### STARTER
    # raise NotImplementedError("Return the weighted mean of the impurities of both sides.")
    ### END SOLUTION


# %% tags=["public-check"]
x_small, y_small = np.array([1.0, 5.0, 2.0, 9.0]), np.array([0, 1, 1, 1])
found = split_impurity(x_small, y_small, 3.0)
assert np.shape(found) == (), "the weighted impurity is a single number"
assert np.isclose(found, 0.25), f"two rows of impurity 0.5 and two of impurity 0: 0.25; you have {found}"
found = split_impurity(x_small, y_small, 7.0)
assert np.isclose(found, 1 / 3), f"three rows of impurity 4/9 and one of impurity 0: 3/4 · 4/9 = 1/3; you have {found}"
found = split_impurity(x_small, y_small, 1.0)
assert np.isclose(found, 0), f"a row at the threshold itself goes left, so this split is perfect; you have {found}"
found = split_impurity(x_small, y_small, 20.0)
assert np.isclose(found, 0.375), f"everything is on the left: the impurity of all four is 0.375; you have {found}"
print("Task 2 looks right.")

# %% [markdown]
# ## Task 3: the best question
#
# Only thresholds *between* two different values of a feature matter: between two neighbouring values all thresholds send
# the same rows to the left. Halfway between them is the usual choice; the lower one of the two does as well.
#
# Write `best_split(X, y)`. It tries every feature with every such threshold and returns two values, the column number
# and the threshold with the lowest weighted impurity. Both sides of it must get at least one row. If several are
# equally good, return any of them. If there is nothing to try because all rows of `X` are the same, return `None`.
#
# *A worked example:* `values = np.unique([4, 1, 4, 2])` is `[1, 2, 4]`, sorted and without repetitions. `values[:-1]` is
# `[1, 2]`, `values[1:]` is `[2, 4]`, and `(values[:-1] + values[1:]) / 2` is `[1.5, 3]`. For a column of three equal
# values it is an empty array, and a loop over it does nothing.


# %%
def best_split(X, y):
    """Return (feature, threshold) of the split with the lowest weighted impurity; None if no split separates rows."""
    ### BEGIN SOLUTION best_split
    best, lowest = None, np.inf
    for feature in range(X.shape[1]):
        values = np.unique(X[:, feature])
        for threshold in (values[:-1] + values[1:]) / 2:
            impurity = split_impurity(X[:, feature], y, threshold)
            if impurity < lowest:
                best, lowest = (feature, threshold), impurity
    return best
    ### STARTER
    # raise NotImplementedError("Return the column number and the threshold of the best split.")
    ### END SOLUTION


# %% tags=["public-check"]
X_small = np.array([[1.0, 8.0], [2.0, 3.0], [3.0, 9.0], [4.0, 2.0]])
found = best_split(X_small, np.array([0, 1, 0, 1]))
assert found is not None and len(found) == 2, f"two values, please: the column number and the threshold, not {found}"
assert found[0] == 1, f"column 1 separates the classes perfectly, column 0 does not; you have column {found[0]}"
assert 3 <= found[1] < 8, f"the threshold lies between 3 and 8; you have {found[1]}"
found = best_split(X_small, np.array([5, 5, 5, 2]))
assert found[0] == 0 and 3 <= found[1] < 4 or found[0] == 1 and 2 <= found[1] < 3, f"one row stands apart in both columns; you have {found}"
assert best_split(np.ones((3, 2)), np.array([0, 1, 0])) is None, "rows that are all the same can't be separated: return None"
print("Task 3 looks right.")

# %% [markdown]
# ## Task 4: grow the tree
#
# Now ask the best question, and then do the same for the rows on each of its sides. A tree is either
#
# - a **leaf**, the dict `{"label": label}` with the most frequent label of its rows (any of them, if several are), or
# - a **node**, the dict `{"feature": j, "threshold": t, "left": tree, "right": tree}`: rows with `x[j] <= t` belong to
#   the tree on the left, the others to that on the right.
#
# Write `grow(X, y, max_depth)`. It returns a leaf if the rows are pure, if `max_depth` is 0, or if no split separates
# them; otherwise a node whose two trees may each ask one question less on every way down. So `grow(X, y, 1)` is one
# question with two leaves, and no way from the top to a leaf ever asks more than `max_depth` questions.
#
# *A worked example of a function that calls itself*, which deals with a list in halves. See where it stops, and that the
# calls get something smaller:
#
# ```python
# def halves(items):
#     if len(items) <= 2:
#         return {"items": items}
#     middle = len(items) // 2
#     return {"first": halves(items[:middle]), "second": halves(items[middle:])}
# ```
#
# Rows and labels have to be divided by the same mask, and `~mask` selects all the others.


# %%
def grow(X, y, max_depth=6):
    """Return the tree for rows X of shape (n, d) and labels y of shape (n,), with at most max_depth questions in a row."""
    ### BEGIN SOLUTION grow
    labels, counts = np.unique(y, return_counts=True)
    split = best_split(X, y) if max_depth > 0 and len(labels) > 1 else None
    if split is None:
        return {"label": labels[counts.argmax()]}
    feature, threshold = split
    left = X[:, feature] <= threshold
    return {
        "feature": feature,
        "threshold": threshold,
        "left": grow(X[left], y[left], max_depth - 1),
        "right": grow(X[~left], y[~left], max_depth - 1),
    }
    ### STARTER
    # raise NotImplementedError("Return a leaf, or a node with two smaller trees in it.")
    ### END SOLUTION


# %% tags=["public-check"]
tree = grow(X_small, np.array([4, 4, 4, 4]))
assert tree == {"label": 4}, f"four rows of class 4 are pure: the tree is the leaf {{'label': 4}}, not {tree}"
tree = grow(X_small, np.array([3, 1, 3, 3]), max_depth=0)
assert tree == {"label": 3}, f"no question allowed: a leaf with the most frequent label, not {tree}"
tree = grow(X_small, np.array([0, 1, 0, 1]))
assert set(tree) == {"feature", "threshold", "left", "right"}, f"a node has four entries; you have {sorted(tree)}"
assert tree["left"] == {"label": 1} and tree["right"] == {"label": 0}, "one question is enough here, with leaves of class 1 and 0"
tree = grow(X_small, np.array([0, 1, 2, 1]), max_depth=1)
assert "label" in tree["left"] and "label" in tree["right"], "one question allowed: both sides of it are leaves"
tree = grow(X_small, np.array([0, 1, 2, 1]), max_depth=2)
assert "label" not in tree["right"], "two questions in a row are allowed, and the right side is still mixed"
print("Task 4 looks right.")

# %% [markdown]
# ## Task 5: predict
#
# Write `predict(tree, X)`: for each row start at the top, go left if the row's value of the node's feature is at most
# the node's threshold, else right, until you are in a leaf; its label is the prediction. It has to work for any tree
# of this form, not only for those that your `grow` makes.


# %%
def predict(tree, X):
    """Return the labels, shape (n,), that the tree predicts for the rows of X, shape (n, d)."""
    ### BEGIN SOLUTION predict
    found = []
    for row in X:
        node = tree
        while "label" not in node:
            node = node["left"] if row[node["feature"]] <= node["threshold"] else node["right"]
        found.append(node["label"])
    return np.array(found)
    ### STARTER
    # raise NotImplementedError("Follow each row from the top to a leaf.")
    ### END SOLUTION


# %% tags=["public-check"]
by_hand = {
    "feature": 1,
    "threshold": 5.0,
    "left": {"label": 3},
    "right": {"feature": 0, "threshold": 2.0, "left": {"label": 8}, "right": {"label": 1}},
}
found = predict(by_hand, np.array([[1.0, 4.0], [1.0, 6.0], [3.0, 6.0], [3.0, 4.0]]))
assert np.shape(found) == (4,), f"four rows, four labels: expected the shape (4,), not {np.shape(found)}"
assert list(found) == [3, 8, 1, 3], f"by hand, the labels are 3, 8, 1 and 3; you have {list(found)}"
assert list(predict({"label": 6}, X_small)) == [6] * 4, "a tree may be a single leaf, which says the same to every row"
print("Task 5 looks right.")

# %% [markdown]
# ## Look at it
#
# The map of three trees on the fruit: each colour is the area where the tree predicts that kind. All borders run
# along the axes, because each question is about a single feature. Then the accuracy by depth: on the rows that the
# trees were grown on, and on 2000 new ones.

# %% tags=["raises-exception"]
grid = np.stack(np.meshgrid(np.linspace(0, 10, 100), np.linspace(0, 10, 100)), axis=-1).reshape(-1, 2)
figure, axes = plt.subplots(1, 3, figsize=(13, 4))
for axis, depth in zip(axes, (1, 4, 12)):
    tree = grow(fruit, kinds, max_depth=depth)
    axis.imshow(
        predict(tree, grid).reshape(100, 100), origin="lower", extent=(0, 10, 0, 10), alpha=0.4, vmin=0, vmax=2, cmap="viridis"
    )
    axis.scatter(fruit[:, 0], fruit[:, 1], c=kinds, cmap="viridis", s=8)
    axis.set(title=f"max_depth = {depth}", xlabel="size", ylabel="sweetness")
figure.tight_layout()

# %% tags=["raises-exception"]
new_fruit, new_kinds = draw_fruit(np.random.default_rng(6), 2000)
depths, known, new = range(1, 13), [], []
for depth in depths:
    tree = grow(fruit, kinds, max_depth=depth)
    known.append(np.mean(predict(tree, fruit) == kinds))
    new.append(np.mean(predict(tree, new_fruit) == new_kinds))
plt.figure(figsize=(6, 3.5))
plt.plot(depths, known, marker="o", linestyle="--", label="on the 200 rows it was grown on")
plt.plot(depths, new, marker="o", label="on 2000 new rows")
plt.xlabel("max_depth")
plt.ylabel("accuracy")
plt.legend()
print({depth: f"{a:.2f} / {b:.2f}" for depth, a, b in zip(depths, known, new)})

# %% [markdown]
# The deepest tree knows nearly every fruit by heart, wrong labels included, and pays for it on new ones: that is
# *overfitting*. Limiting the depth is the simplest remedy; a forest, the next exercise, is a better one.
#
# ## To think about
#
# Before linear regression was fitted by gradient descent, the features had to be standardised. Must they be here?
# Multiply the sizes by 1000, or take their logarithm, and grow the tree again: what changes in the tree, and what in its
# predictions for the 200 fruits? And one against the search itself: put four groups of points into the corners of a
# square, of class 0 in two opposite corners and of class 1 in the other two. How much does the *best* first question
# lower the impurity? What would become of a tree that stops as soon as a question brings nothing, although two
# questions are enough?
