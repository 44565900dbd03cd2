# %% [markdown]
# # Random forest from scratch
#
# A decision tree that is grown to its end knows its rows by heart, and another sample of rows gives quite another tree.
# A *random forest* makes something good of that: it grows many such trees, each on a sample of its own and with a
# random choice of features at every split, and lets them vote. Their whims differ and cancel out; what they agree on
# is mostly right (Breiman 2001, "Random Forests", *Machine Learning* 45, 5–32).
#
# You write the forest with NumPy alone; scikit-learn is not available here. The tree itself is given: it is the one of
# *Decision tree from scratch*, with a faster search. Every task ends in a cell of checks that you can run as often as
# you like. What counts in the end is how your functions behave on *new* random data.
#
# You need NumPy's arrays, and how a tree is grown. Fill in what is missing, run the cells from the top, and hand in
# the saved notebook. What you have solved earns its points even while another task is open: the cells that check or
# plot may fail without ending the run. A cell of your own that fails ends it.
#
# **Notation.** There are $n$ rows and $d$ features: `X` has the shape `(n, d)`, the labels `y` the shape `(n,)`; they
# are the whole numbers 0, 1 and 2. `rng` is always a generator made by `np.random.default_rng`. Draw from the one that
# you are given, and never make a new one inside your functions: the same seed would give the same draw each time.

# %%
import matplotlib.pyplot as plt
import numpy as np

# Leaves of three species that we made up, with eight measurements each. The first 250 are to learn from.
table = np.loadtxt("data/leaves.csv", delimiter=",", skiprows=1)
X_all, y_all = table[:, :-1], table[:, -1].astype(int)
X, y, X_new, y_new = X_all[:250], y_all[:250], X_all[250:], y_all[250:]
print(X.shape, X_new.shape, np.bincount(y))

# %% [markdown]
# The parts of a tree. A leaf is `{"label": label}`, a node `{"feature": j, "threshold": t, "left": tree, "right":
# tree}`; rows with `x[j] <= t` belong to the left. Nothing to do in this cell; `best_split` looks only at the columns
# in `features`.


# %%
def best_split(X, y, features):
    """Return (feature, threshold) with the lowest weighted Gini impurity among the columns `features`, or None."""
    best, lowest = None, np.inf
    classes = np.arange(y.max() + 1)
    n_left = np.arange(1, len(y))
    for feature in features:
        order = np.argsort(X[:, feature])
        values, counts = X[order, feature], np.cumsum(y[order, None] == classes, axis=0)
        left, right = counts[:-1], counts[-1] - counts[:-1]  # of each class, for a split after the 1st, 2nd … row
        impurity = 1 - ((left**2).sum(axis=1) / n_left + (right**2).sum(axis=1) / n_left[::-1]) / len(y)
        impurity[values[1:] == values[:-1]] = np.inf
        place = impurity.argmin()
        if impurity[place] < lowest:
            best, lowest = (int(feature), float((values[place] + values[place + 1]) / 2)), impurity[place]
    return best


def predict_tree(tree, X):
    """Return the label, shape (n,), that one tree gives to each row of X."""
    if "label" in tree:
        return np.full(len(X), tree["label"])
    left = X[:, tree["feature"]] <= tree["threshold"]
    labels = np.empty(len(X), dtype=int)
    labels[left], labels[~left] = predict_tree(tree["left"], X[left]), predict_tree(tree["right"], X[~left])
    return labels


# %% [markdown]
# ## Task 1: a sample of one's own
#
# Each tree gets a *bootstrap sample*: $n$ rows drawn from the $n$ rows **with replacement**, so some come twice or more
# and others not at all. A row is missed by all $n$ draws with the probability $(1 - 1/n)^n$, which is about $e^{-1} =
# 0.37$. These rows are *out of bag*: the tree never sees them, and they will be useful in Task 5.
#
# Write `bootstrap(n, rng)`. It returns two arrays of row numbers from 0 to $n - 1$: the $n$ numbers that were drawn, and
# those that were not, each once.
#
# *A worked example:* `rng.integers(0, 6, size=3)` draws three numbers from 0 to 5 with replacement. With `seen =
# np.array([4, 1, 4])`, `np.setdiff1d(np.arange(6), seen)` is `[0, 2, 3, 5]`.


# %%
def bootstrap(n, rng):
    """Return (chosen, left_out): n row numbers drawn with replacement, and the row numbers that were not drawn."""
    ### BEGIN SOLUTION bootstrap
    chosen = rng.integers(0, n, size=n)
    return chosen, np.setdiff1d(np.arange(n), chosen)
    ### STARTER
    # raise NotImplementedError("Draw n row numbers, and find those that were missed.")
    ### END SOLUTION


def many_samples(n, repeats, seed):
    """Return `repeats` bootstrap samples from one generator. Nothing to do here."""
    rng = np.random.default_rng(seed)
    return [bootstrap(n, rng) for _ in range(repeats)]


# %% tags=["public-check"]
samples = many_samples(100, 50, seed=1)
chosen, left_out = samples[0]
assert np.shape(chosen) == (100,), f"100 row numbers are drawn: expected the shape (100,), not {np.shape(chosen)}"
assert len(set(chosen)) < 100, "no row came twice: draw with replacement"
assert set(left_out) | set(chosen) == set(range(100)), "each row is either drawn or left out"
assert not set(left_out) & set(chosen), "a row that was drawn is not left out"
assert any(set(samples[0][1]) != set(sample[1]) for sample in samples), "all samples are the same: use the `rng` that is given"
share = np.mean([len(sample[1]) for sample in samples]) / 100
assert 0.33 < share < 0.41, f"about 37 % of the rows should be left out; it is {share:.0%}"
print(f"Task 1 looks right: {share:.1%} of the rows are left out on average.")

# %% [markdown]
# ## Task 2: a random choice of features at every split
#
# If a few features are strong, trees on different samples still begin with the same questions and make the same
# mistakes. So at **each node anew** only $m$ of the $d$ features may be asked about, drawn at random **without
# replacement** (Breiman 2001, section 4). The other features get their chance at other nodes.
#
# The function that grows a tree is there but for one line: draw $m$ different column numbers, and call them `features`.
#
# *A worked example:* `rng.choice(6, size=2, replace=True)` draws two numbers from 0 to 5, perhaps the same twice;
# `rng.choice(["a", "b", "c"], size=2, replace=False)` draws two different letters.


# %%
def grow_tree(X, y, m, rng, max_depth=None):
    """Return a tree for X and y that asks at each node about one of m features drawn at random."""
    counts = np.bincount(y)
    split = None
    if counts.max() < len(y) and max_depth != 0:
        ### BEGIN SOLUTION features
        features = rng.choice(X.shape[1], size=m, replace=False)
        ### STARTER
        # raise NotImplementedError("Draw m different column numbers of X into `features`.")
        ### END SOLUTION
        split = best_split(X, y, features)
    if split is None:
        return {"label": int(counts.argmax())}
    feature, threshold = split
    left = X[:, feature] <= threshold
    deeper = None if max_depth is None else max_depth - 1
    return {
        "feature": feature,
        "threshold": threshold,
        "left": grow_tree(X[left], y[left], m, rng, deeper),
        "right": grow_tree(X[~left], y[~left], m, rng, deeper),
    }


def many_trees(X, y, m, repeats, seed):
    """Return `repeats` small trees from one generator, all on the same rows. Nothing to do here."""
    rng = np.random.default_rng(seed)
    return [grow_tree(X, y, m, rng, max_depth=3) for _ in range(repeats)]


# %% tags=["public-check"]
roots = np.bincount([tree["feature"] for tree in many_trees(X, y, 1, 400, seed=2)], minlength=8)
assert (roots > 0).all(), f"with m = 1 each of the 8 features should come first in some trees; how often they do: {roots}"
roots = np.bincount([tree["feature"] for tree in many_trees(X, y, 8, 20, seed=2)], minlength=8)
assert roots.max() == 20, f"with m = 8 all features are offered, and the same one is best each time; you have {roots}"
tree = grow_tree(X, y, 3, np.random.default_rng(3))
assert (predict_tree(tree, X) == y).all(), "a tree without a limit should know its own rows by heart"
print("Task 2 looks right.")

# %% [markdown]
# ## Task 3: the forest
#
# Write `grow_forest(X, y, n_trees, m, rng)`. For each tree it draws a bootstrap sample, and grows a tree without a limit
# on *these rows and their labels*. It returns two lists of `n_trees` entries: the trees, and for each of them the row
# numbers that were left out.
#
# *A worked example:* for `A = np.array([[1, 2], [3, 4], [5, 6]])`, `A[np.array([2, 0, 2])]` is `[[5, 6], [1, 2], [5,
# 6]]`: the rows 2, 0 and 2 again. The same works for a one-dimensional array.


# %%
def grow_forest(X, y, n_trees, m, rng):
    """Return (trees, left_outs): two lists with one tree and one array of left-out row numbers per bootstrap sample."""
    ### BEGIN SOLUTION forest
    trees, left_outs = [], []
    for _ in range(n_trees):
        chosen, left_out = bootstrap(len(X), rng)
        trees.append(grow_tree(X[chosen], y[chosen], m, rng))
        left_outs.append(left_out)
    return trees, left_outs
    ### STARTER
    # raise NotImplementedError("Return the list of trees and the list of what each of them has not seen.")
    ### END SOLUTION


def trial(X, y, n_trees, m, seed):
    """Return what each tree of a forest says about all rows of X, and what each has not seen. Nothing to do here."""
    trees, left_outs = grow_forest(X, y, n_trees, m, np.random.default_rng(seed))
    return [predict_tree(tree, X) for tree in trees], left_outs


# %% tags=["public-check"]
said, left_outs = trial(X, y, 10, 3, seed=4)
assert len(said) == 10 and len(left_outs) == 10, f"ten trees, ten arrays of left-out rows; you have {len(said)} and {len(left_outs)}"
seen = [np.setdiff1d(np.arange(len(X)), left_out) for left_out in left_outs]
known = np.mean([np.mean(labels[rows] == y[rows]) for labels, rows in zip(said, seen)])
unknown = np.mean([np.mean(labels[rows] == y[rows]) for labels, rows in zip(said, left_outs)])
assert known > 0.999, f"a tree should know the rows of its sample by heart, but gets {known:.0%} of them right"
assert unknown < 0.95, f"on rows that it has not seen a tree makes mistakes, but here {unknown:.0%} are right: are they really left out?"
print(f"Task 3 looks right: single trees get {known:.0%} of their own rows right, and {unknown:.0%} of the others.")

# %% [markdown]
# ## Task 4: the vote
#
# Write `vote(trees, X)`: each tree says a label for each row, and the forest's prediction is the label that most trees
# say (if several have equally many votes, any of them).
#
# *A worked example:* `M = np.array([[0, 2, 2], [1, 2, 0]])`. `M == 2` is a table of truth values, `(M == 2).sum(axis=0)`
# is `[0, 2, 1]`: how many twos each column holds. And `np.bincount([2, 0, 2])` is `[1, 0, 2]`: how often 0, 1 and 2
# occur.


# %%
def vote(trees, X):
    """Return the label, shape (n,), that most of the trees give to each row of X."""
    ### BEGIN SOLUTION vote
    labels = np.array([predict_tree(tree, X) for tree in trees])
    votes = np.array([(labels == label).sum(axis=0) for label in range(labels.max() + 1)])
    return votes.argmax(axis=0)
    ### STARTER
    # raise NotImplementedError("Return one label per row.")
    ### END SOLUTION


def answers(X, y, X_new, n_trees, m, seed):
    """Grow a forest on X and y, and return its labels for X_new. Nothing to do here."""
    return vote(grow_forest(X, y, n_trees, m, np.random.default_rng(seed))[0], X_new)


# %% tags=["public-check"]
stump = {"feature": 0, "threshold": 0.0, "left": {"label": 1}, "right": {"label": 2}}
found = vote([stump, stump, {"label": 0}], np.array([[-1.0], [1.0], [3.0]]))
assert np.shape(found) == (3,), f"three rows, three labels: expected the shape (3,), not {np.shape(found)}"
assert list(found) == [1, 2, 2], f"two of three trees say 1, 2 and 2; you have {list(found)}"
found = vote([{"label": 0}, {"label": 2}, {"label": 0}, {"label": 2}, {"label": 2}], np.zeros((2, 1)))
assert list(found) == [2, 2], f"three of five trees say 2; you have {list(found)}. A label is a name: no averages"
print("Task 4 looks right.")

# %% tags=["raises-exception"]
alone = np.mean(predict_tree(grow_tree(X, y, X.shape[1], np.random.default_rng(5)), X_new) == y_new)
print(f"accuracy on {len(X_new)} new leaves: one tree {alone:.3f}", end=", ")
print(f"a forest of 60 {np.mean(answers(X, y, X_new, 60, 3, seed=5) == y_new):.3f}")

# %% [markdown]
# ## Task 5: an estimate for free
#
# How good is the forest on new rows? You need not hold any back. Row $i$ is new to all trees whose samples missed it,
# about 37 % of them. Let *only these trees* vote on row $i$, compare with $y_i$, and do so for each row: the share of
# right answers is the *out-of-bag* accuracy (Breiman 2001, section 3.1, where it is the error, one minus this).
#
# Write `oob_accuracy(trees, left_outs, X, y)`. A row that every sample contained has no trees to ask; such rows don't
# count at all, neither as right nor as wrong.
#
# *A worked hint:* keep a table of votes with a row for each row of `X` and a column for each label, at first all zeros.
# With `table = np.zeros((3, 2))`, `table[np.array([0, 2]), np.array([1, 0])] += 1` adds 1 in row 0, column 1, and in row
# 2, column 0. What does a row of zeros mean in the end?


# %%
def oob_accuracy(trees, left_outs, X, y):
    """Return the share of rows, among those that some tree left out, whose out-of-bag vote is right: a single number."""
    ### BEGIN SOLUTION oob
    votes = np.zeros((len(X), y.max() + 1))
    for tree, rows in zip(trees, left_outs):
        votes[rows, predict_tree(tree, X[rows])] += 1
    asked = votes.any(axis=1)
    return np.mean(votes[asked].argmax(axis=1) == y[asked])
    ### STARTER
    # raise NotImplementedError("Let each tree vote on the rows that it has not seen.")
    ### END SOLUTION


def oob_trial(trees, left_outs, X, y):
    """Return oob_accuracy of trees and lists of left-out row numbers. Nothing to do here."""
    return oob_accuracy(trees, [np.array(rows, dtype=int) for rows in left_outs], X, y)


# %% tags=["public-check"]
X_small, y_small = np.array([[-1.0], [-2.0], [1.0], [2.0]]), np.array([1, 2, 2, 1])
three = [stump, {"label": 2}, {"label": 2}]
found = oob_trial(three, [[0, 1], [1], [1]], X_small, y_small)
assert np.shape(found) == (), "the accuracy is a single number"
assert np.isclose(found, 1), f"row 0 asks one tree, which says 1; row 1 asks all: 1, 2 and 2; rows 2 and 3 don't count. Both are right, not {found}"
found = oob_trial(three, [[0, 3], [2], [0, 3]], X_small, np.array([0, 0, 2, 2]))
assert np.isclose(found, 2 / 3), f"row 0 is wrong whatever its two trees say, rows 2 and 3 are right: 2/3, not {found}"
print("Task 5 looks right.")

# %% [markdown]
# ## Look at it
#
# Left: accuracy against the number of trees, out of bag and on 1000 new leaves. Right: how often a forest's trees agree.
# Each bar collects new leaves by the share of votes that the winner got, and shows how many of these leaves were right.

# %% tags=["raises-exception"]
trees, left_outs = grow_forest(X, y, 100, 3, np.random.default_rng(6))
sizes = [1, 2, 3, 5, 8, 12, 20, 30, 50, 75, 100]
figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4))
left.plot(sizes, [np.mean(vote(trees[:k], X_new) == y_new) for k in sizes], marker="o", label="on new leaves")
left.plot(sizes, [oob_accuracy(trees[:k], left_outs[:k], X, y) for k in sizes], marker="o", linestyle="--", label="out of bag")
left.axhline(alone, color="gray", linestyle=":", label="one tree on all rows, new leaves")
left.set(xlabel="trees", ylabel="accuracy", xscale="log")
left.set_xticks([1, 3, 10, 30, 100], labels=["1", "3", "10", "30", "100"])
left.legend()
labels = np.array([predict_tree(tree, X_new) for tree in trees])
agreement = np.max([(labels == label).mean(axis=0) for label in range(3)], axis=0)
bins = np.clip((agreement * 10).astype(int), 3, 9)
right.bar(
    [f"{10 * b}–{10 * b + 10}" for b in range(3, 10)],
    [np.mean(vote(trees, X_new)[bins == b] == y_new[bins == b]) if (bins == b).any() else 0 for b in range(3, 10)],
)
right.set(xlabel="votes for the winner, in % of the trees", ylabel="share of these leaves that is right")
figure.tight_layout()

# %% [markdown]
# A forest of three trees is hardly better than one, and the out-of-bag estimate starts low: with few trees, few of them
# may vote on a row. Both settle as trees are added, and no number of trees is too large, only too slow. That they don't
# meet exactly is chance: a share of 250 rows is uncertain by some 0.025 itself.
#
# ## To think about
#
# What would be lost if every tree saw all rows? And what if every split saw all features (`m = 8`, which is called
# *bagging*)? Compare the two with the forest by `answers`, over several seeds, and look at a pair of trees: on what
# share of the new leaves do they make the same mistake? Then think of rows that are not independent, five leaves of
# each plant, say. Why would the out-of-bag accuracy then promise too much?
