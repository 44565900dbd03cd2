# %% [markdown]
# # Backpropagation from scratch
#
# A network with a hidden layer can bend: it can tell apart what no straight line separates. To train it you need the
# derivative of the loss for every single weight, and *backpropagation* finds all of them with one pass from the loss
# back to the input (Rumelhart, Hinton & Williams 1986, "Learning representations by back-propagating errors", *Nature*
# 323). Libraries do this for you. After this notebook you will know what it is that they do.
#
# You write everything with NumPy alone; PyTorch, scikit-learn and SciPy are not available here. You need matrix products,
# the chain rule, and the derivatives of $e^x$ and $\log x$. It helps to have done "Linear regression from scratch", whose
# training loop is the same, and to have seen chapter 4 of 3Blue1Brown's series.
#
# Fill in what is missing, run the cells from the top, and hand in the saved notebook. What counts is how your functions
# behave on *new* random inputs. What you have solved earns its points even while another task is open: the cells that
# check, train or plot may fail without ending the run. A cell of your own that fails ends it.
#
# **Notation.** There are $n$ examples with $d$ features, $h$ hidden units and $k$ classes. Each example is a *row*:
# `X` has the shape `(n, d)`, the labels `y` the shape `(n,)` and hold whole numbers from 0 to $k - 1$. The weights `W1`
# have the shape `(d, h)`, `W2` the shape `(h, k)`, the biases `b1` and `b2` the shapes `(h,)` and `(k,)`. A gradient has
# the shape of what it belongs to, and we call it the same with a `d` in front: `dW1` is
# $\partial L / \partial W_1$, of the shape `(d, h)`.

# %%
import matplotlib.pyplot as plt
import numpy as np


def spirals(rng, n):
    """n noisy points on three spiral arms, shape (n, 2), and the arm of each, shape (n,)."""
    arm = np.arange(n) % 3
    radius = np.sqrt(rng.uniform(0.02, 1, n))
    angle = 2 * np.pi * (arm / 3 + radius)
    return radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)]) + rng.normal(0, 0.04, (n, 2)), arm


points, arms = spirals(np.random.default_rng(1), 300)
plt.figure(figsize=(4, 4))
plt.scatter(*points.T, c=arms, s=12, cmap="viridis")
plt.title("which arm does a point belong to?")
plt.axis("equal")

# %% [markdown]
# ## Task 1: the forward pass
#
# The hidden layer takes weighted sums of the features and cuts off what is negative (ReLU; Goodfellow, Bengio &
# Courville 2016, *Deep Learning*, section 6.3.1). The output layer takes weighted sums of the result:
#
# $$A = X W_1 + b_1, \qquad H = \max(0, A), \qquad Z = H W_2 + b_2.$$
#
# The maximum is taken for each entry on its own. $Z$ holds the *scores* (or *logits*): $k$ numbers per example, of any
# size and sign. Write `forward`, which returns both $H$ and $Z$. You will need $H$ again on the way back.
#
# *A worked example of NumPy:* for `A = np.array([[1.0, -2.0], [3.0, 0.5]])`, `A + np.array([10, 20])` adds 10 to the
# first column and 20 to the second, and `np.minimum(1, A)` is `[[1, -2], [1, 0.5]]`: entry by entry, the smaller of the
# two.


# %%
def forward(X, W1, b1, W2, b2):
    """Return (H, Z): what the hidden layer gives, shape (n, h), and the scores, shape (n, k)."""
    ### BEGIN SOLUTION forward
    H = np.maximum(0, X @ W1 + b1)
    return H, H @ W2 + b2
    ### STARTER
    # raise NotImplementedError("Return the hidden layer's values and the scores.")
    ### END SOLUTION


# %% tags=["public-check"]
H, Z = forward(
    np.array([[1.0, 2.0], [-1.0, 0.0]]),  # two examples, two features
    np.array([[1.0, 0.0, 2.0], [0.5, -1.0, 0.0]]), np.array([0.0, 1.0, 1.0]),  # three hidden units
    np.array([[1.0, -1.0], [2.0, 0.0], [0.0, 1.0]]), np.array([0.5, 0.0]),  # two classes
)
assert np.shape(H) == (2, 3), f"two examples, three hidden units: H should have the shape (2, 3), not {np.shape(H)}"
assert np.min(H) >= 0, f"after ReLU nothing is negative; your smallest entry is {np.min(H)}"
assert np.allclose(H, [[2, 0, 3], [0, 1, 0]]), f"by hand, the first unit of the first example is 1·1 + 2·0.5 + 0 = 2; you have\n{H}"
assert np.shape(Z) == (2, 2), f"two examples, two classes: Z should have the shape (2, 2), not {np.shape(Z)}"
assert np.allclose(Z, [[2.5, 1], [2.5, 0]]), f"by hand, the first score is 2·1 + 0·2 + 3·0 + 0.5 = 2.5; you have\n{Z}"
print("Task 1 looks right.")

# %% [markdown]
# ## Task 2: how wrong are the scores?
#
# *Softmax* makes a probability of each score (Goodfellow et al. 2016, section 6.2.2.3), row by row:
#
# $$p_{ik} = \frac{e^{z_{ik}}}{\sum_j e^{z_{ij}}}.$$
#
# Computed just like this it breaks: $e^{1000}$ is too large for a float, and infinity divided by infinity is NaN. But
# softmax does not change if the same number is subtracted from all scores of a row (put $z_{ij} - c$ into the formula: the
# factor $e^{-c}$ cancels). So subtract the largest score of the row first. Then no exponent is above 0.
#
# The loss is the *cross-entropy*: the mean of $-\log$ of the probability that each example's true class received,
#
# $$L = -\frac1n \sum_{i=1}^{n} \log p_{i\,y_i}.$$
#
# Write `softmax(Z)` and `cross_entropy(P, y)`.
#
# *A worked example of NumPy:* for `A = np.array([[1, 2, 3], [6, 5, 4]])`, `A.sum(axis=1)` is `[6, 15]` with the shape
# `(2,)`, while `A.sum(axis=1, keepdims=True)` is `[[6], [15]]` with the shape `(2, 1)`. Only the latter can be combined
# with `A` row by row. And `A[[0, 1], [2, 0]]` is `[3, 6]`: entry 2 of row 0, and entry 0 of row 1.


# %%
def softmax(Z):
    """Return the probabilities, shape (n, k), for scores Z of shape (n, k); scores may be as large as 1000."""
    ### BEGIN SOLUTION softmax
    powers = np.exp(Z - Z.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
    ### STARTER
    # raise NotImplementedError("Return one distribution per row.")
    ### END SOLUTION


# %% tags=["public-check"]
P = softmax(np.log(np.array([[1.0, 2.0, 5.0], [3.0, 3.0, 4.0]])))
assert np.shape(P) == (2, 3), f"the shape stays (2, 3); you have {np.shape(P)}"
assert np.allclose(np.sum(P, axis=1), 1), f"each row sums to 1; yours sum to {np.sum(P, axis=1)}"
assert np.allclose(P, [[0.125, 0.25, 0.625], [0.3, 0.3, 0.4]]), f"with e^z = 1, 2, 5 the first row is 1/8, 2/8, 5/8; you have\n{P}"
P = softmax(np.array([[1000.0, 1000.0], [-1000.0, 0.0]]))
assert np.all(np.isfinite(P)), f"large scores overflow: subtract each row's largest score before the exponential; you have\n{P}"
assert np.allclose(P, [[0.5, 0.5], [0, 1]]), f"equal scores give equal probabilities, however large they are; you have\n{P}"
print("Softmax looks right.")


# %%
def cross_entropy(P, y):
    """Return the mean cross-entropy, a single number, for probabilities P of shape (n, k) and labels y of shape (n,)."""
    ### BEGIN SOLUTION cross_entropy
    return -np.mean(np.log(P[np.arange(len(y)), y]))
    ### STARTER
    # raise NotImplementedError("Return a single number.")
    ### END SOLUTION


# %% tags=["public-check"]
loss = cross_entropy(np.array([[0.5, 0.3, 0.2], [0.1, 0.8, 0.1]]), np.array([0, 2]))
assert np.shape(loss) == (), f"the loss is a single number, not an array of shape {np.shape(loss)}"
assert np.isclose(loss, 1.497866), f"the true classes got 0.5 and 0.1: (0.6931 + 2.3026) / 2 = 1.4979; you have {loss:.4f}"
print("The loss looks right.")

# %% [markdown]
# ## Task 3: the backward pass
#
# **From the loss to the scores.** Begin with one example, so that $L = -\log p_y$. Put in the definition of softmax:
#
# $$L = -z_y + \log \sum_j e^{z_j}.$$
#
# How does $L$ change with the score $z_k$? The first part has the derivative $-1$ if $k$ is the true class, and 0 if not.
# Differentiate the second part on paper: what comes out is a quantity that you have already computed. With $n$ examples
# the loss is a mean, so every derivative gets one more factor. Do not forget it: it is the most frequent mistake of all,
# and it makes the gradient depend on how many examples there are.
#
# Write `score_gradient(P, y)`, which returns `dZ`, of the shape `(n, k)`. Leave `P` as it is: change a copy.


# %%
def score_gradient(P, y):
    """Return dZ, shape (n, k): the derivative of the mean cross-entropy for each score. P is not changed."""
    ### BEGIN SOLUTION score_gradient
    dZ = P.copy()
    dZ[np.arange(len(y)), y] -= 1
    return dZ / len(y)
    ### STARTER
    # raise NotImplementedError("Return one derivative per score.")
    ### END SOLUTION


# %% tags=["public-check"]
P = np.array([[0.2, 0.5, 0.3], [0.6, 0.3, 0.1]])
dZ = score_gradient(P, np.array([1, 0]))
assert np.shape(dZ) == (2, 3), f"one derivative per score: expected the shape (2, 3), not {np.shape(dZ)}"
assert np.allclose(P, [[0.2, 0.5, 0.3], [0.6, 0.3, 0.1]]), "P has changed: work on a copy, such as P.copy()"
assert np.allclose(np.sum(dZ, axis=1), 0), f"raising all scores of a row changes nothing, so each row of dZ sums to 0; yours {np.sum(dZ, axis=1)}"
assert dZ[0, 1] < 0 < dZ[0, 0], "a higher score of the true class lowers the loss, a higher score of another class raises it"
rise = np.log(np.exp(np.log(0.2) + 1e-6) + 0.8) / 2 / 1e-6  # by how much the loss rises with the first score, measured
assert np.isclose(dZ[0, 0], rise, rtol=1e-3), f"measured, the loss rises by {rise:.3f} per unit of the first score; you have {dZ[0, 0]:.3f}"
print("The gradient of the scores looks right.")

# %% [markdown]
# **From the scores to the weights.** Now go back layer by layer (Goodfellow et al. 2016, section 6.5.4, algorithm 6.4).
# At each layer ask: with which slope does this number enter the next one? Multiply by it, and add up over all ways on
# which the number reaches the loss.
#
# - The weight $w_{jk}$ of `W2` enters the score $z_{ik}$ of *every* example $i$, with the slope $h_{ij}$. So its
#   derivative is $\sum_i h_{ij}\, dz_{ik}$. The bias $b_k$ enters with the slope 1.
# - The hidden value $h_{ij}$ enters *every* score $z_{ik}$ of its example, with the slope $w_{jk}$. So
#   $dh_{ij} = \sum_k dz_{ik}\, w_{jk}$.
# - ReLU has the slope 1 where its input is positive, and 0 where it was cut off. Where that was, you can see by $H$. (At
#   exactly 0 there is no slope; everyone takes 0.)
# - The first layer is like the second, with $X$ in place of $H$.
#
# Each of these sums, for all entries at once, is one matrix product. If you are not sure about the order or the `.T`,
# write down the shapes: only one way gives the shape of the weights.
#
# *A worked example, with a single number each:* $x = 2$, $w_1 = 3$, $b_1 = -1$, so $h = \max(0, 5) = 5$. Let $w_2 = -4$
# and $dz = 0.1$. Then $dw_2 = 5 \cdot 0.1 = 0.5$, $db_2 = 0.1$, $dh = 0.1 \cdot (-4) = -0.4$; ReLU did not cut, so the
# slope of its input is $-0.4$ as well, and $dw_1 = 2 \cdot (-0.4) = -0.8$, $db_1 = -0.4$. With $b_1 = -7$ the unit would
# have been cut off: then $h = 0$, and $dw_2 = dw_1 = db_1 = 0$.
#
# Write `backward` in two halves. The first earns points of its own.


# %%
def backward(X, H, dZ, W2):
    """Return (dW1, db1, dW2, db2), of the shapes (d, h), (h,), (h, k), (k,), from what the forward pass has kept."""
    ### BEGIN SOLUTION output_layer
    dW2 = H.T @ dZ
    db2 = dZ.sum(axis=0)
    ### STARTER
    # dW2 = db2 = None  # the first half: the output layer
    ### END SOLUTION

    ### BEGIN SOLUTION hidden_layer
    dA = (dZ @ W2.T) * (H > 0)
    dW1 = X.T @ dA
    db1 = dA.sum(axis=0)
    ### STARTER
    # dW1 = db1 = None  # the second half: the hidden layer
    ### END SOLUTION

    return dW1, db1, dW2, db2


# %% tags=["public-check"]
X_small, H_small = np.array([[1.0, 2.0], [3.0, -1.0]]), np.array([[2.0, 0.0, 1.0], [0.0, 4.0, 1.0]])
dZ_small, W2_small = np.array([[0.5, -0.5], [-1.0, 1.0]]), np.array([[1.0, 0.0], [2.0, 1.0], [0.0, 3.0]])
_, _, dW2, db2 = backward(X_small, H_small, dZ_small, W2_small)
assert np.shape(dW2) == (3, 2), f"dW2 has the shape of W2, (3, 2), not {np.shape(dW2)}"
assert np.allclose(dW2, [[1, -1], [-4, 4], [-0.5, 0.5]]), f"dW2[0, 0] is 2·0.5 + 0·(−1) = 1: down the rows of H and dZ; you have\n{dW2}"
assert np.shape(db2) == (2,), f"db2 has the shape of b2, (2,), not {np.shape(db2)}"
assert np.allclose(db2, [-0.5, 0.5]), f"db2[0] is 0.5 − 1 = −0.5; you have {db2}"
print("The output layer looks right.")

# %% tags=["public-check"]
dW1, db1, _, _ = backward(X_small, H_small, dZ_small, W2_small)
assert np.shape(dW1) == (2, 3), f"dW1 has the shape of W1, (2, 3), not {np.shape(dW1)}"
assert np.shape(db1) == (3,), f"db1 has the shape of b1, (3,), not {np.shape(db1)}"
assert np.isclose(db1[0], 0.5), f"the first unit was cut off in the second example, so only 0.5·1 − 0.5·0 = 0.5 is left; you have {db1[0]}"
assert np.allclose(db1, [0.5, -1, 1.5]), f"db1 sums over the examples in which ReLU did not cut: [0.5, −1, 1.5], not {db1}"
assert np.allclose(dW1, [[0.5, -3, 7.5], [1, 1, -6]]), f"the same slopes as for db1, times the features; you have\n{dW1}"
print("The hidden layer looks right.")

# %% [markdown]
# ## Task 4: never trust a gradient that you have not checked
#
# A wrong gradient often still makes the loss fall, only more slowly. So compare it with *finite differences*: change one
# entry by a tiny $\varepsilon$ to both sides, and look at how much the function changed,
#
# $$\frac{\partial f}{\partial w_{ij}} \approx \frac{f(W + \varepsilon E_{ij}) - f(W - \varepsilon E_{ij})}{2\varepsilon},$$
#
# where $E_{ij}$ is 1 at one place and 0 elsewhere (on *centered* differences and why their error is smaller, see
# Goodfellow et al. 2016, section 11.5). It takes two evaluations per weight, far too many for training, but just right
# for a test.
#
# Write `numerical_gradient(f, W, tiny)` for a function `f` that turns an array into a number. `W` must be the same
# afterwards as before, so work on copies or put back what you change.
#
# *A worked example of NumPy:* `for place in np.ndindex(2, 2):` goes through `(0, 0)`, `(0, 1)`, `(1, 0)`, `(1, 1)`, and
# `A[place]` reads or sets that entry. It works for any number of dimensions: `np.ndindex(A.shape)`.


# %%
def numerical_gradient(f, W, tiny=1e-5):
    """Return the centered differences of f at the array W (of any shape), one per entry; W is not changed."""
    ### BEGIN SOLUTION numerical_gradient
    slopes = np.zeros(W.shape)
    for place in np.ndindex(W.shape):
        step = np.zeros(W.shape)
        step[place] = tiny
        slopes[place] = (f(W + step) - f(W - step)) / (2 * tiny)
    return slopes
    ### STARTER
    # raise NotImplementedError("Return one slope per entry of W.")
    ### END SOLUTION


# The grading puts its questions to numerical_gradient by these two functions: please leave them as they are.
def ripple(W):
    return np.sum(W * np.sin(W)) + np.prod(np.cos(W))


def slopes_of_ripple(W, tiny):
    return numerical_gradient(ripple, W, tiny)


# %% tags=["public-check"]
W_small = np.array([[1.0, 2.0, -1.0], [0.5, 3.0, 0.1]])
slopes = numerical_gradient(lambda W: np.sum(W**3), W_small)
assert np.shape(slopes) == (2, 3), f"one slope per entry: expected the shape (2, 3), not {np.shape(slopes)}"
assert np.allclose(W_small, [[1, 2, -1], [0.5, 3, 0.1]]), "W has changed: put back what you change, or work on copies"
assert np.allclose(slopes, 3 * W_small**2, rtol=1e-6), f"the derivative of w³ is 3w²; you have\n{slopes}"
wide = numerical_gradient(lambda W: np.sum(W**3), np.array([1.0]), tiny=1.0)
assert np.allclose(wide, 4), f"with tiny = 1, from both sides, it is (2³ − 0³) / 2 = 4; you have {wide}"
print("Task 4 looks right.")

# %% [markdown]
# Now the test of all that you have written so far: a small network with random weights, where each of your four gradients
# must agree with the differences of the loss to about seven digits.


# %% tags=["public-check"]
def network_loss(X, y, W1, b1, W2, b2):
    return cross_entropy(softmax(forward(X, W1, b1, W2, b2)[1]), y)


rng = np.random.default_rng(5)
X_small, y_small = rng.normal(size=(8, 3)), rng.integers(0, 4, 8)
small = {"W1": rng.normal(size=(3, 5)), "b1": rng.normal(size=5), "W2": rng.normal(size=(5, 4)), "b2": rng.normal(size=4)}
H, Z = forward(X_small, **small)
mine = backward(X_small, H, score_gradient(softmax(Z), y_small), small["W2"])
for name, gradient in zip(small, mine):
    measured = numerical_gradient(lambda W: network_loss(X_small, y_small, **{**small, name: W}), small[name])
    off = np.linalg.norm(gradient - measured) / np.linalg.norm(gradient + measured)
    print(f"d{name}: relative difference {off:.1e}")
    assert off < 1e-6, f"d{name} does not agree with the differences of the loss"

# %% [markdown]
# ## Task 5: train
#
# Full-batch gradient descent, as in linear regression: forward, loss, backward, step, and again. All four gradients belong
# to the same point, so compute them all before you change anything:
#
# $$W \leftarrow W - \eta\, \frac{\partial L}{\partial W} \quad\text{for } W_1, b_1, W_2, b_2.$$
#
# Write `train`. It returns the four arrays after the last step, and the list of losses as they were *before* each step,
# `steps` numbers in all. The arrays that it is given stay as they are (`W -= …` would change the caller's array;
# `W = W - …` makes a new one).


# %%
def train(X, y, W1, b1, W2, b2, learning_rate, steps):
    """Return (W1, b1, W2, b2, losses) after `steps` steps of gradient descent over all examples."""
    ### BEGIN SOLUTION train
    losses = []
    for _ in range(steps):
        H, Z = forward(X, W1, b1, W2, b2)
        P = softmax(Z)
        losses.append(cross_entropy(P, y))
        dW1, db1, dW2, db2 = backward(X, H, score_gradient(P, y), W2)
        W1 = W1 - learning_rate * dW1
        b1 = b1 - learning_rate * db1
        W2 = W2 - learning_rate * dW2
        b2 = b2 - learning_rate * db2
    return W1, b1, W2, b2, losses
    ### STARTER
    # raise NotImplementedError("Return the four arrays and the list of losses.")
    ### END SOLUTION


# %% tags=["public-check"]
before = {name: value.copy() for name, value in small.items()}
W1, b1, W2, b2, losses = train(X_small, y_small, **small, learning_rate=0.1, steps=1)
assert all(np.array_equal(small[name], before[name]) for name in small), "the arrays given to `train` have changed: make new ones"
assert len(losses) == 1, f"one step, one loss; you have {len(losses)}"
assert np.isclose(losses[0], network_loss(X_small, y_small, **small)), "the loss is that of the arrays given, before the step"
for name, value, gradient in zip(small, (W1, b1, W2, b2), mine):
    assert np.allclose(value, small[name] - 0.1 * gradient), f"{name} should move by −0.1 times its gradient at the start"
*_, losses = train(X_small, y_small, **small, learning_rate=0.1, steps=200)
assert len(losses) == 200 and losses[-1] < losses[0] / 2, f"in 200 steps the loss should fall by half; it went from {losses[0]:.2f} to {losses[-1]:.2f}"
print("Task 5 looks right.")

# %% [markdown]
# Now the spirals. The weights begin as random numbers with mean 0 and variance $2 / (\text{number of inputs})$, which
# keeps the size of the signals about the same through a layer with ReLU (He, Zhang, Ren & Sun 2015, "Delving deep into
# rectifiers", section 2.2); the biases begin at 0.
#
# `trained` holds the four arrays that you hand in: the grader puts *new* points of the same three arms through a
# forward pass with them. You may change the figures in the first line of the cell as you like
# (up to 500 hidden units).

# %% tags=["raises-exception"]
hidden_units, rate, steps = 32, 0.5, 1500
rng = np.random.default_rng(0)
start = (
    rng.normal(0, np.sqrt(2 / 2), size=(2, hidden_units)),
    np.zeros(hidden_units),
    rng.normal(0, np.sqrt(2 / hidden_units), size=(hidden_units, 3)),
    np.zeros(3),
)
*trained, losses = train(points, arms, *start, rate, steps)
print(f"the loss went from {losses[0]:.3f} to {losses[-1]:.3f}")

# %% [markdown]
# ## Look at it
#
# Left: the loss. Middle and right: which arm the network sees at each place, before and after training. Before, every
# border runs straight out from the middle, since all biases are 0. Afterwards a border is still made of straight pieces: it
# bends wherever a hidden unit switches on or off.

# %% tags=["raises-exception"]
figure, (left, middle, right) = plt.subplots(1, 3, figsize=(12, 3.8))
left.plot(losses)
left.set(xlabel="step", ylabel="mean cross-entropy", yscale="log")
side = np.linspace(-1.15, 1.15, 200)
grid = np.stack(np.meshgrid(side, side), axis=-1)
for axes, weights, title in ((middle, start, "before"), (right, trained, "after")):
    seen = forward(grid.reshape(-1, 2), *weights)[1].argmax(axis=1).reshape(200, 200)
    axes.contourf(side, side, seen, levels=[-0.5, 0.5, 1.5, 2.5], cmap="viridis", alpha=0.35)
    axes.scatter(*points.T, c=arms, s=8, cmap="viridis")
    axes.set(title=f"{title} training", aspect="equal")
figure.tight_layout()

# %% [markdown]
# ## To think about
#
# Start once more from weights that are all equal: `W1` and `W2` filled with 0.1, all biases 0. Look at `W1` after 100 steps.
# How many *different* hidden units does the network have, and why does backpropagation never make them differ? Now let
# only `W1` be random and `W2` equal: is that enough? And if both are filled with 0, which of
# the four gradients can ever become anything else?
