# %% [markdown]
# # NumPy without loops
#
# A loop in Python looks at one number at a time, and spends most of its time on everything but arithmetic. NumPy does
# the same loop in compiled code if you say what should happen to *whole arrays*: this is **vectorisation**. And where
# arrays of different shapes meet, as a table and one mean per column do, **broadcasting** lines them up. The same two
# ideas carry over to PyTorch, where they also decide whether a GPU is of any use.
#
# You need lists, functions and the basics of arrays: `A.shape`, `A + B`, and that `A.mean(axis=0)` is taken down the
# rows and gives one figure per column. Only NumPy is available here.
#
# Fill in what is missing, run the cells from the top, and hand in the saved notebook. What you have solved earns its
# points even while another task is open: the cells that check or plot may fail without ending the run. A cell of your
# own that fails ends it. Your functions are graded on other arrays than those below; one of these is so large that
# loops over its pairs take too long.

# %%
import time

import matplotlib.pyplot as plt
import numpy as np

rng = np.random.default_rng(3)

# %% [markdown]
# ## Task 1: which shape comes out?
#
# The rule (NumPy's user guide, "Broadcasting", general rules): write the two shapes below each other, **aligned at
# their last axis**. An axis that one of them lacks counts as 1. Two lengths fit if they are *equal*, or if *one of
# them is 1*; that one is then used again and again, as if it were repeated, without a copy. The result has the
# larger of the two lengths. If a single axis does not fit, there is no result: NumPy raises a `ValueError`.
#
# *Worked examples:*
#
# ```
# (8, 1, 6)        (4, 3)         (4, 3)
#    (7, 1)           (3)            (4)
# ---------        ------         ------
# (8, 7, 6)        (4, 3)         3 and 4 don't fit
# ```
#
# Write the rule as a function. It returns the shape as a tuple, or `None` where the shapes don't fit. (There is
# `np.broadcast_shapes`, with which you can compare; the point is to know the rule by heart.)


# %%
def broadcast_shape(first, second):
    """The shape of A + B for arrays of these two shapes (tuples of any lengths); None where they don't fit."""
    ### BEGIN SOLUTION shapes
    length = max(len(first), len(second))
    first = (1,) * (length - len(first)) + first
    second = (1,) * (length - len(second)) + second
    if any(a != b and 1 not in (a, b) for a, b in zip(first, second)):
        return None
    return tuple(max(a, b) for a, b in zip(first, second))
    ### STARTER
    # raise NotImplementedError("Align at the last axis, then compare axis by axis.")
    ### END SOLUTION


def all_shapes(pairs):
    """Your function for many pairs at once: it is asked this way when you are graded."""
    return [broadcast_shape(tuple(first), tuple(second)) for first, second in pairs]


# %% tags=["public-check"]
assert broadcast_shape((4, 3), (3,)) == (4, 3), f"(4, 3) and (3,) give (4, 3), not {broadcast_shape((4, 3), (3,))}"
assert broadcast_shape((4, 3), (4,)) is None, "(4, 3) and (4,) don't fit: 3 meets 4 at the last axis"
assert broadcast_shape((7, 1), (8, 1, 6)) == (8, 7, 6), "either of the two may be the longer one"
assert broadcast_shape((), (2, 5)) == (2, 5), "a single number has the shape (), and fits everything"
print("Task 1 looks right.")

# %% [markdown]
# ## Task 2: each row on its own scale
#
# Ten people rate films from 1 to 5. Some are generous, some use only the middle of the scale. To compare them, put each
# *row* of ratings to mean 0 and standard deviation 1,
#
# $$z_{ij} = \frac{x_{ij} - \mu_i}{\sigma_i}, \qquad \mu_i = \frac1d \sum_j x_{ij}, \qquad
# \sigma_i = \sqrt{\frac1d \sum_j (x_{ij} - \mu_i)^2},$$
#
# which is what `std` computes. A row in which all numbers are the same has deviation 0: use 1 in its place, so that
# nothing is divided by zero.
#
# Mind the shapes. For `X` of shape `(10, 6)`, `X.mean(axis=1)` has the shape `(10,)`, which does not fit `(10, 6)`: you
# would get an error. For a *square* `X` it fits, and is silently wrong: the mean of row $j$ is subtracted from
# *column* $j$. With `keepdims=True` the axis stays, with length 1.
#
# *A worked example:* for `A = np.array([[1, 2], [3, 6]])`, `A.max(axis=1)` is `[2, 6]` with the shape `(2,)`, and
# `A / A.max(axis=1)` is `[[0.5, 0.33], [1.5, 1]]`: each *column* was divided. `A.max(axis=1, keepdims=True)` is `[[2],
# [6]]` with the shape `(2, 1)`, and dividing by it gives `[[0.5, 1], [0.5, 1]]`.


# %%
def standardise_rows(X):
    """Each row of X (n, d) to mean 0 and standard deviation 1; rows of equal numbers become 0. Shape (n, d)."""
    ### BEGIN SOLUTION rows
    deviation = X.std(axis=1, keepdims=True)
    return (X - X.mean(axis=1, keepdims=True)) / np.where(deviation == 0, 1, deviation)
    ### STARTER
    # raise NotImplementedError("Subtract each row's mean, divide by each row's deviation.")
    ### END SOLUTION


# %% tags=["public-check"]
Z = standardise_rows(np.array([[1.0, 3.0], [10.0, 30.0], [4.0, 4.0]]))
assert np.shape(Z) == (3, 2), f"the shape stays as it is: (3, 2), not {np.shape(Z)}"
assert np.allclose(Z[:2], [[-1, 1], [-1, 1]]), f"1 and 3 lie one deviation of their row from its mean; you have {Z[:2]}"
assert np.allclose(Z[2], 0), f"a row of equal numbers becomes zeros; you have {Z[2]}"
Z = standardise_rows(np.array([[0.0, 2.0], [10.0, 30.0]]))
assert np.allclose(Z, [[-1, 1], [-1, 1]]), f"on a square table it is silently wrong: keepdims? You have {Z}"
print("Task 2 looks right.")

# %% [markdown]
# ## Task 3: one-hot vectors by comparison
#
# A class label 0, 1, 2 … becomes a row of zeros with a single 1 at the label's place. No loop is needed, and no
# indexing either: it is a *comparison* of a column with a row.
#
# *A worked example:* `ages = np.array([17, 30, 64])` has the shape `(3,)`; `ages[:, None]` is the same as a column, of
# shape `(3, 1)`. With the row `limits = np.array([18, 60])`, `ages[:, None] >= limits` has the shape `(3, 2)`:
# `[[False, False], [True, False], [True, True]]`. And `.astype(float)` makes 0 and 1 of that.


# %%
def one_hot(labels, classes):
    """Labels (n,) from 0 to classes - 1 become an array (n, classes) of 0 and 1."""
    ### BEGIN SOLUTION one_hot
    return (labels[:, None] == np.arange(classes)).astype(float)
    ### STARTER
    # raise NotImplementedError("Compare a column of labels with a row of classes.")
    ### END SOLUTION


# %% tags=["public-check"]
vectors = np.asarray(one_hot(np.array([2, 0]), 4))
assert vectors.shape == (2, 4), f"two labels and four classes: the shape should be (2, 4), not {vectors.shape}"
assert vectors.tolist() == [[0, 0, 1, 0], [1, 0, 0, 0]], f"label 2 is [0, 0, 1, 0]; you have {vectors.tolist()}"
print("Task 3 looks right.")

# %% [markdown]
# ## Task 4: a table with three axes
#
# Savings $c$ at the yearly interest rate $r$ are $c\,(1 + r)^t$ after $t$ years. Make a table for all combinations of
# several capitals, rates and years, so that `table[i, j, k]` belongs to `capitals[i]`, `rates[j]` and `years[k]`.
#
# *A worked example, with two axes:* `np.array([1, 2, 3])[:, None] * np.array([1, 10])` is the multiplication table
# `[[1, 10], [2, 20], [3, 30]]`: a column times a row, `(3, 1)` and `(2,)`, gives `(3, 2)`. An array can be given more
# than one new axis: `np.array([1, 2, 3])[:, None, None]` has the shape `(3, 1, 1)`.


# %%
def savings(capitals, rates, years):
    """All combinations of capitals (a,), rates (b,) and years (c,): an array of shape (a, b, c)."""
    ### BEGIN SOLUTION savings
    return capitals[:, None, None] * (1 + rates[:, None]) ** years
    ### STARTER
    # raise NotImplementedError("Give each of the three an axis of its own.")
    ### END SOLUTION


# %% tags=["public-check"]
table = np.asarray(savings(np.array([100.0, 200.0]), np.array([0.0, 0.1, 0.5]), np.array([0, 1, 2, 3])))
assert table.shape == (2, 3, 4), f"2 capitals, 3 rates, 4 years: the shape should be (2, 3, 4), not {table.shape}"
assert np.allclose(table[:, :, 0], [[100] * 3, [200] * 3]), "after 0 years everybody has what they began with"
assert np.isclose(table[1, 1, 2], 242), f"200 at 10 % are 242 after two years; you have {table[1, 1, 2]}"
print("Task 4 looks right.")

# %% [markdown]
# ## Task 5: all distances
#
# Now everything together. The *Euclidean distance* of two points is
#
# $$\lVert a - b \rVert = \sqrt{\sum_k (a_k - b_k)^2}.$$
#
# For $n$ points in the rows of $A$ and $m$ points in those of $B$, compute all $n \cdot m$ distances. One way: let the
# points of $A$ vary along a first axis, those of $B$ along a second and the coordinates along a third, subtract,
# square, and sum over the third.
#
# *A worked example, with points on a line:* `x = np.array([1, 5])` and `y = np.array([2, 4, 9])` have the distances
# `abs(x[:, None] - y)`, which is `[[1, 3, 8], [3, 1, 4]]`.
#
# Then write `nearest`: for each row of `A` the *number of the row* of `B` that is nearest. `D.argmin(axis=…)` says
# where the smallest entry stands. `nearest` is graded with 3000 and 3000 points in space, 9 million pairs, in at most
# twelve seconds. Arrays take one or two; loops over the pairs take many times as long. (A loop over the rows of `A` alone,
# with arrays inside, is fast enough too, and needs less memory.)


# %%
def distances(A, B):
    """Distances of all points A (n, d) from all points B (m, d): an array of shape (n, m)."""
    ### BEGIN SOLUTION distances
    return np.sqrt(((A[:, None] - B) ** 2).sum(axis=2))
    ### STARTER
    # raise NotImplementedError("One row per point of A, one column per point of B.")
    ### END SOLUTION


def nearest(A, B):
    """For each point of A (n, d) the row of its nearest point in B (m, d): whole numbers of shape (n,)."""
    ### BEGIN SOLUTION nearest
    return distances(A, B).argmin(axis=1)
    ### STARTER
    # raise NotImplementedError("Where is each row's smallest distance?")
    ### END SOLUTION


# %% tags=["public-check"]
A, B = np.array([[0.0, 0.0], [3.0, 4.0], [6.0, 8.0]]), np.array([[3.0, 4.0], [0.0, 8.0]])
D = np.asarray(distances(A, B))
assert D.shape == (3, 2), f"three points and two points: the shape should be (3, 2), not {D.shape}"
assert np.isclose(D[0, 0], 5), f"from (0, 0) to (3, 4) it is 5; you have {D[0, 0]}"
assert abs(D[1, 0]) < 1e-6, f"from a point to itself it is 0; you have {D[1, 0]}"
assert np.allclose(D, [[5, 8], [0, 5], [5, 6]]), f"the distances are [[5, 8], [0, 5], [5, 6]]; you have {D.tolist()}"
print("The distances look right.")

# %% tags=["public-check"]
A, B = np.array([[0.0, 0.0], [6.0, 8.0], [1.0, 7.0]]), np.array([[3.0, 4.0], [0.0, 8.0]])
found = np.asarray(nearest(A, B))
assert found.shape == (3,), f"three points, three row numbers: the shape should be (3,), not {found.shape}"
assert found.tolist() == [0, 0, 1], f"the nearest rows of B are 0, 0 and 1; you have {found.tolist()}"
started = time.perf_counter()
nearest(rng.normal(size=(750, 3)), rng.normal(size=(750, 3)))
seconds = time.perf_counter() - started
print(f"A sixteenth of the pairs that you are graded with takes {seconds:.2f} s.")
assert seconds < 1.5, "sixteen times as many would take too long: is there a loop over pairs?"
print("Task 5 looks right.")

# %% [markdown]
# ## Look at it
#
# What is a loop worth? The same distances, pair by pair in Python and with your function.

# %% tags=["raises-exception"]
sizes, times = [20, 40, 80, 160, 320], {"loop over pairs": [], "your function": []}
for size in sizes:
    A, B = rng.normal(size=(2, size, 3))
    started = time.perf_counter()
    [[sum((x - y) ** 2 for x, y in zip(a, b)) ** 0.5 for b in B.tolist()] for a in A.tolist()]
    times["loop over pairs"].append(time.perf_counter() - started)
    started = time.perf_counter()
    distances(A, B)
    times["your function"].append(time.perf_counter() - started)
plt.figure(figsize=(5, 3.2))
for name, seconds in times.items():
    plt.plot(sizes, seconds, marker="o", label=name)
plt.gca().set(yscale="log", xlabel="points in A and in B", ylabel="seconds")
plt.legend()

# %% [markdown]
# And a picture from `nearest` and one line of indexing: each pixel takes the colour of the nearest of 40 seeds.

# %% tags=["raises-exception"]
height, width = 150, 250
seeds = rng.uniform((0, 0), (height, width), size=(40, 2))
colours = rng.uniform(0.2, 1, size=(40, 3))
down, across = np.mgrid[:height, :width]
pixels = np.column_stack([down.ravel(), across.ravel()])
plt.figure(figsize=(6, 3.6))
plt.imshow(colours[nearest(pixels, seeds)].reshape(height, width, 3))
plt.scatter(seeds[:, 1], seeds[:, 0], color="black", s=6)
plt.axis("off")

# %% [markdown]
# ## To think about
#
# With three axes the differences alone take $n \cdot m \cdot d$ numbers of 8 bytes each. How much is that for two sets
# of 20,000 points with 100 coordinates? Multiply out $\lVert a - b \rVert^2 = \lVert a \rVert^2 - 2\, a \cdot b +
# \lVert b \rVert^2$: how much memory does this way need, which part of it is a single matrix product, and what can go
# wrong in it for two points that are nearly the same?
