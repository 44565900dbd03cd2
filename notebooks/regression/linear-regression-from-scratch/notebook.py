# %% [markdown]
# # Linear regression from scratch
#
# A linear model says: *every feature adds its share, independently of the others*. That is rarely the whole truth,
# but it is easy to read, fast to fit, and the smallest model that is trained exactly like a neural network: predict,
# measure the error, compute its gradient, take a step downhill, repeat.
#
# You build each of these five parts with NumPy alone; scikit-learn is not available here. Every task ends in a cell of
# checks that you can run as often as you like. What counts in the end is how your functions behave on *new* random
# inputs, so no function may rely on the data in this notebook.
#
# You need NumPy's arrays and the product `@`, the derivative of a square, and the chain rule; the maths track of this
# site has what you need of these two. Later tasks call the functions of earlier ones: when several checks fail, mend
# the first one first. Fill in what is missing, run the cells from the top, and hand in the saved notebook. What you
# have solved earns its points even while another task is open: the cells that check or plot may fail without ending
# the run. A cell of your own that fails ends it.
#
# **Notation.** There are $n$ rows and $d$ features. `X` has the shape `(n, d)`, the targets `y` the shape `(n,)`, the
# weights `w` the shape `(d,)`, and the intercept `b` is a single number.

# %%
import matplotlib.pyplot as plt
import numpy as np

rng = np.random.default_rng(7)

# Rents of 120 flats that we made up: living space in square metres, age in years, distance to the centre in kilometres.
features = np.column_stack([rng.uniform(25, 120, 120), rng.uniform(0, 90, 120), rng.uniform(0.2, 12, 120)])
rents = 320 + 9.5 * features[:, 0] - 2.1 * features[:, 1] - 28 * features[:, 2] + rng.normal(0, 60, 120)
features[:3], rents[:3]

# %% [markdown]
# ## Task 1: put the features on one scale
#
# Square metres go up to 120, kilometres up to 12. A step that is right for one weight is far too large or too small for
# the other. So each feature is *standardised* first: shifted to mean 0 and scaled to standard deviation 1,
#
# $$z_{ij} = \frac{x_{ij} - \mu_j}{\sigma_j}, \qquad \mu_j = \frac1n \sum_i x_{ij}, \qquad
# \sigma_j = \sqrt{\frac1n \sum_i (x_{ij} - \mu_j)^2}.$$
#
# Write `standardise(X)`, which returns three values: the standardised table, the means, and the standard deviations
# (both of the shape `(d,)`), because new data must be scaled by the *old* means and deviations. A feature that is the
# same in every row has the deviation 0; return 1 for it, so that nothing is divided by zero.
#
# *A worked example of NumPy's axes:* for `A = np.array([[1, 2], [3, 6]])`, `A.sum()` is 12, `A.sum(axis=0)` is
# `[4, 8]` (down the rows, one figure per column), and `A.sum(axis=1)` is `[3, 9]`. `A - A.sum(axis=0)` subtracts these
# column figures from every row.


# %%
def standardise(X):
    """Return (Z, mean, std) for X of shape (n, d): Z has the shape (n, d), mean and std have the shape (d,)."""
    ### BEGIN SOLUTION standardise
    mean = X.mean(axis=0)
    std = X.std(axis=0)
    std = np.where(std == 0, 1.0, std)
    return (X - mean) / std, mean, std
    ### STARTER
    # raise NotImplementedError("Return the standardised table, the means and the standard deviations.")
    ### END SOLUTION


# %% tags=["public-check"]
Z, mean, std = standardise(np.array([[1.0, 10.0, 4.0], [3.0, 30.0, 4.0]]))
assert np.shape(mean) == (3,), f"one mean per column, please: expected the shape (3,), not {np.shape(mean)}"
assert np.allclose(mean, [2, 20, 4]), f"the means of these columns are 2, 20 and 4, not {mean}"
assert np.shape(std) == (3,), f"one deviation per column, please: expected the shape (3,), not {np.shape(std)}"
assert np.allclose(std, [1, 10, 1]), f"deviations 1 and 10, and 1 for the constant column (divide by n, not n − 1); you have {std}"
assert np.allclose(Z, [[-1, -1, 0], [1, 1, 0]]), f"subtract the mean, then divide by the deviation; you have {Z}"
print("Task 1 looks right.")

# %% [markdown]
# ## Task 2: predict
#
# The prediction for row $i$ is the weighted sum of its features plus the intercept,
#
# $$\hat y_i = \sum_{j=1}^{d} x_{ij} w_j + b,$$
#
# for all rows at once $\hat y = Xw + b$. Write it without a loop; the result has the shape `(n,)`.


# %%
def predict(X, w, b):
    """Return the predictions, shape (n,), for X of shape (n, d), weights w of shape (d,) and the number b."""
    ### BEGIN SOLUTION predict
    return X @ w + b
    ### STARTER
    # raise NotImplementedError("Return one prediction per row.")
    ### END SOLUTION


# %% tags=["public-check"]
predicted = predict(np.array([[1.0, 2.0], [0.0, -1.0], [2.0, 0.5]]), np.array([3.0, 4.0]), 0.5)
assert np.shape(predicted) == (3,), f"three rows, three predictions: expected the shape (3,), not {np.shape(predicted)}"
assert np.allclose(predicted, [11.5, -3.5, 8.5]), f"by hand, the first is 1·3 + 2·4 + 0.5 = 11.5; you have {predicted}"
print("Task 2 looks right.")

# %% [markdown]
# ## Task 3: how wrong is it?
#
# Ordinary least squares minimises the *mean squared error*
#
# $$L(w, b) = \frac1n \sum_{i=1}^{n} (\hat y_i - y_i)^2$$
#
# (scikit-learn's user guide, section 1.1.1, writes the same as a sum; dividing by $n$ changes no minimum, but makes the
# figure, and with it the learning rate, independent of how many rows there are).
#
# Write `mse(y, predicted)`. As in scikit-learn's metrics the truth comes first; squared, the error is the same either
# way round.


# %%
def mse(y, predicted):
    """Return the mean squared error, a single number, for y and predicted of shape (n,)."""
    ### BEGIN SOLUTION mse
    return np.mean((predicted - y) ** 2)
    ### STARTER
    # raise NotImplementedError("Return a single number.")
    ### END SOLUTION


# %% tags=["public-check"]
loss = mse(np.array([1.0, 2.0, 3.0, 4.0]), np.array([1.0, 2.0, 5.0, 0.0]))
assert np.shape(loss) == (), f"the loss is a single number, not an array of shape {np.shape(loss)}"
assert np.isclose(loss, 5.0), f"the errors are 0, 0, 2 and −4, so the mean of their squares is 5; you have {loss}"
print("Task 3 looks right.")

# %% [markdown]
# ## Task 4: which way is down?
#
# The gradient says how the loss changes when a weight grows a little. With the error $e_i = \hat y_i - y_i$ the loss
# is the mean of $e_i^2$. By the chain rule $\partial e_i^2 / \partial w_j = 2 e_i \cdot \partial e_i / \partial w_j$,
# and the error depends on $w_j$ with the slope $x_{ij}$. Hence
#
# $$\frac{\partial L}{\partial w_j} = \frac2n \sum_{i=1}^{n} e_i x_{ij}.$$
#
# Work out $\partial L / \partial b$ on paper in the same way: with which slope does the error depend on $b$? Then write
# both. The sum over the rows, for all $j$ at once, is one product with the transposed table `X.T`.
#
# The check compares your formulas with *finite differences*: change one weight by a tiny amount, and look at how much
# the loss changed. It is a way to test any gradient that you will ever write.


# %%
def gradient(X, y, w, b):
    """Return (dw, db): the partial derivatives of the loss, dw of the shape (d,) and db a single number."""
    ### BEGIN SOLUTION gradient
    error = predict(X, w, b) - y
    return 2 * X.T @ error / len(y), 2 * np.mean(error)
    ### STARTER
    # raise NotImplementedError("Return the partial derivatives for the weights and for the intercept.")
    ### END SOLUTION


# %% tags=["public-check"]
X_small, y_small = rng.normal(size=(6, 2)), rng.normal(size=6)
w_small, b_small, tiny = np.array([0.3, -0.8]), 0.2, 1e-6
dw, db = gradient(X_small, y_small, w_small, b_small)
assert np.shape(dw) == (2,) and np.shape(db) == (), f"shapes (2,) and () expected, not {np.shape(dw)} and {np.shape(db)}"
for j in range(2):
    step = tiny * np.eye(2)[j]
    rise = mse(y_small, predict(X_small, w_small + step, b_small)) - mse(y_small, predict(X_small, w_small - step, b_small))
    assert np.isclose(dw[j], rise / (2 * tiny), rtol=1e-4), f"dw[{j}] is {dw[j]:.4f}, the loss says {rise / (2 * tiny):.4f}"
rise = mse(y_small, predict(X_small, w_small, b_small + tiny)) - mse(y_small, predict(X_small, w_small, b_small - tiny))
assert np.isclose(db, rise / (2 * tiny), rtol=1e-4), f"db is {db:.4f}, but the loss says {rise / (2 * tiny):.4f}"
print("Task 4 looks right.")

# %% [markdown]
# ## Task 5: walk downhill
#
# Gradient descent starts at $w = 0$, $b = 0$ and repeats
#
# $$w \leftarrow w - \eta \frac{\partial L}{\partial w}, \qquad b \leftarrow b - \eta \frac{\partial L}{\partial b}$$
#
# with the learning rate $\eta$ (Goodfellow, Bengio & Courville 2016, *Deep Learning*, section 4.3, equation 4.5). Both
# derivatives belong to the *same* point, so compute them together, before you change anything.
#
# *A worked example, with a single number:* $L(w) = (w - 3)^2$ has the derivative $2 (w - 3)$. From $w = 0$ with $\eta
# = 0.25$ the loss is 9, the derivative −6, and the first step leads to $w = 0 - 0.25 \cdot (-6) = 1.5$; there the
# loss is 2.25, the derivative −3, and the second step leads to 2.25. The history of these two steps is `[9, 2.25]`.
#
# Write `fit(X, y, learning_rate, steps)`. It uses all rows in every step, and returns the weights, the intercept, and
# the history: a list with the loss as it was *before* each step, so `steps` numbers in all.


# %%
def fit(X, y, learning_rate=0.1, steps=200):
    """Return (w, b, history) after `steps` steps from zero; history has one loss per step, taken before it."""
    ### BEGIN SOLUTION fit
    w, b = np.zeros(X.shape[1]), 0.0
    history = []
    for _ in range(steps):
        history.append(mse(y, predict(X, w, b)))
        dw, db = gradient(X, y, w, b)
        w = w - learning_rate * dw
        b = b - learning_rate * db
    return w, b, history
    ### STARTER
    # raise NotImplementedError("Return the weights, the intercept and the list of losses.")
    ### END SOLUTION


# %% tags=["public-check"]
w, b, history = fit(np.array([[-1.0], [1.0]]), np.array([1.0, 5.0]), learning_rate=0.25, steps=1)
assert len(history) == 1, f"one step, one loss; your history has {len(history)}"
assert np.isclose(history[0], 13), f"before the first step the loss is 13; your history says {history[0]:.4g}"
assert np.allclose(w, [1]) and np.isclose(b, 1.5), f"one step with the rate 0.25 leads to w = [1], b = 1.5; not {w}, {b}"
w, b, _ = fit(np.array([[0.0], [2.0]]), np.array([1.0, 5.0]), learning_rate=0.25, steps=1)
assert np.allclose(w, [2.5]) and np.isclose(b, 1.5), f"w = [2.5] and b = 1.5, both from the same point; not {w}, {b}"
w, b, history = fit(np.array([[-1.0], [1.0]]), np.array([1.0, 5.0]), learning_rate=0.25, steps=60)
assert len(history) == 60, f"60 steps, 60 losses; you have {len(history)}"
assert np.allclose(w, [2], atol=1e-4) and np.isclose(b, 3, atol=1e-4), f"the line 2x + 3 hits both points; not {w}, {b}"
print("Task 5 looks right.")

# %% [markdown]
# ## Look at it
#
# Left: the loss against the steps for three learning rates, on the flats. Right: your model's rents against the true
# ones.

# %% tags=["raises-exception"]
Z, mean, std = standardise(features)
figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4))
for rate in (0.01, 0.05, 0.3):
    left.plot(fit(Z, rents, learning_rate=rate, steps=80)[2], label=f"learning rate {rate}")
left.set(xlabel="step", ylabel="mean squared error", yscale="log")
left.legend()
w, b, _ = fit(Z, rents, learning_rate=0.3, steps=200)
right.scatter(rents, predict(Z, w, b), s=12)
right.axline((800, 800), slope=1, linestyle="--", color="gray")
right.set(xlabel="true rent", ylabel="predicted rent")
figure.tight_layout()
print("rent added by one standard deviation of space, age, distance:", np.round(w, 1))

# %% [markdown]
# ## To think about
#
# Fit the flats once more, but with the raw `features` in place of `Z`. With the learning rate 0.3 the loss explodes.
# Find the largest rate that keeps it finite, and look at the loss after some thousands of steps. Which *features*
# force the rate to be so small? And which of the four numbers, the three weights and the intercept, is then the
# slowest to arrive? (Don't wait for it: estimate how many steps it would take until the loss is within 1 % of the one
# with `Z`.) Picture the loss as a valley: what shape does it have before standardising, what shape after, and in
# which direction does the gradient point in each?
