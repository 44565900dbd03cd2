# %% [markdown]
# # Gradient descent
#
# Imagine that you stand on a hillside in thick fog and want to get down. You can't see the valley, but you can feel with
# your feet which way the ground falls. So you take a step that way, feel again, and go on. That is all that gradient
# descent does, and it is how nearly every neural network is trained, only that the hillside has millions of directions.
#
# Here it has two, or a few, so that you can watch every step on a map. You measure slopes, walk, learn when to stop and
# how long your steps should be, and in the end let the walk gather momentum.
#
# You use NumPy alone; SciPy, PyTorch and scikit-learn are not available here. You need to know that a derivative is a slope;
# chapter 2 of 3Blue1Brown's series in this track shows what it has to do with networks. Fill in what is missing, run the
# cells from the top, and hand in the saved notebook. What counts is how your functions behave on *new* landscapes. What you
# have solved earns its points even while another task is open: the cells that check or plot may fail without ending the
# run. A cell of your own that fails ends it.
#
# **Notation.** A place is an array `w` of the shape `(d,)`: $d$ coordinates, the numbers that training would change. A
# landscape is a function `f` that takes a place and returns its height, a single number: the loss.

# %%
import matplotlib.pyplot as plt
import numpy as np


def landscape(A, centre, walls):
    """Return a function f(w): a bowl round `centre` whose curvature is the matrix A, with walls that get ever steeper."""

    def f(w):
        away = np.asarray(w, dtype=float) - centre
        with np.errstate(over="ignore", invalid="ignore"):
            return float(0.5 * away @ A @ away + walls * np.sum(np.cosh(away) - 1))

    return f


turn = np.array([[np.cos(0.45), -np.sin(0.45)], [np.sin(0.45), np.cos(0.45)]])
valley = landscape(turn @ np.diag([1.0, 20.0]) @ turn.T, centre=np.array([1.0, 0.5]), walls=0.0)
print("at the bottom:", valley([1.0, 0.5]), "  at the origin:", round(valley([0.0, 0.0]), 3))


def draw_map(f, paths, title=""):
    """Draw contour lines of f, a function of two variables, and paths on them: {label: array of shape (n, 2)}."""
    x, y = np.linspace(-4.5, 4.5, 90), np.linspace(-3.5, 3.5, 70)
    heights = np.array([[f(np.array([a, b])) for a in x] for b in y])
    plt.figure(figsize=(7.5, 5))
    plt.contour(x, y, np.sqrt(heights - heights.min()), levels=25, cmap="Greys", linewidths=0.7)
    for label, path in paths.items():
        path = np.asarray(path)
        plt.plot(path[:, 0], path[:, 1], "o-", markersize=3, linewidth=1.2, label=label)
    plt.xlim(-4.5, 4.5)
    plt.ylim(-3.5, 3.5)
    plt.gca().set_aspect("equal")
    plt.legend(loc="lower left")
    plt.title(title)


draw_map(valley, {"start": [[-4.0, 1.5]], "bottom": [[1.0, 0.5]]}, "a narrow valley; each line joins places of equal height")

# %% [markdown]
# A function can't be handed to your notebook from outside. So the grader asks by these five, each of which makes a landscape
# and calls a function that you are going to write. Please leave the cell as it is.


# %%
def ask_gradient(A, centre, walls, w, tiny):
    return gradient(landscape(A, centre, walls), w, tiny)


def ask_descend(A, centre, walls, start, learning_rate, steps):
    return descend(landscape(A, centre, walls), start, learning_rate, steps)


def ask_minimise(A, centre, walls, start, learning_rate, tolerance, max_steps):
    return minimise(landscape(A, centre, walls), start, learning_rate, tolerance, max_steps)


def ask_best_rate(A, centre, walls, start, rates, steps):
    return best_rate(landscape(A, centre, walls), start, rates, steps)


def ask_momentum(A, centre, walls, start, learning_rate, alpha, steps):
    return descend_with_momentum(landscape(A, centre, walls), start, learning_rate, alpha, steps)


# %% [markdown]
# ## Task 1: feel the slope
#
# The *gradient* $\nabla f(w)$ holds one slope per coordinate: how fast the height changes when only this coordinate
# changes. It points uphill, in the direction in which the ground rises fastest (Goodfellow, Bengio & Courville 2016, *Deep
# Learning*, section 4.3). You can measure it without knowing any formula: go a tiny way $\varepsilon$ to either side
# along one coordinate, and compare the heights,
#
# $$\frac{\partial f}{\partial w_j} \approx \frac{f(w + \varepsilon e_j) - f(w - \varepsilon e_j)}{2 \varepsilon},$$
#
# where $e_j$ is 1 at position $j$ and 0 elsewhere (on these *centered* differences see section 11.5 of the same book).
#
# Write `gradient(f, w, tiny)` for any number of coordinates. `w` must be the same afterwards as before.
#
# *A worked example:* for $f(w) = w_0^2 + 3 w_1$ at $w = (2, 1)$ with $\varepsilon = 0.5$: along the first coordinate
# $(2.5^2 + 3) - (1.5^2 + 3) = 4$, divided by $2 \cdot 0.5$ gives 4; along the second $(4 + 4.5) - (4 + 1.5) = 3$, which
# gives 3. So the gradient is $(4, 3)$.
#
# <details><summary>A worked hint: changing one coordinate of a copy</summary>
#
# `b = a` does not copy an array: both names then mean the same one. `b = a.copy()` does, and `b[1] += 0.5` then leaves `a`
# alone. `np.zeros(a.shape)` makes an array of the same shape to collect results in.
#
# </details>


# %%
def gradient(f, w, tiny=1e-5):
    """Return the centered differences of f at w, shape (d,), one per coordinate; w of shape (d,) is not changed."""
    ### BEGIN SOLUTION gradient
    slopes = np.zeros(w.shape)
    for j in range(len(w)):
        side = np.zeros(w.shape)
        side[j] = tiny
        slopes[j] = (f(w + side) - f(w - side)) / (2 * tiny)
    return slopes
    ### STARTER
    # raise NotImplementedError("Return one slope per coordinate.")
    ### END SOLUTION


# %% tags=["public-check"]
place = np.array([2.0, 1.0])
slopes = gradient(lambda w: w[0] ** 2 + 3 * w[1], place, tiny=0.5)
assert np.shape(slopes) == (2,), f"one slope per coordinate: expected the shape (2,), not {np.shape(slopes)}"
assert np.array_equal(place, [2.0, 1.0]), f"w has changed to {place}: work on copies"
assert np.allclose(slopes, [4, 3]), f"the worked example gives 4 and 3; you have {slopes}"
slopes = gradient(lambda w: w[0] ** 3 + w[0] * w[2], np.array([1.0, 5.0, -2.0]), tiny=0.1)
assert np.allclose(slopes, [1.01, 0, 1]), f"three coordinates, to both sides by 0.1: 1.01, 0 and 1; you have {slopes}"
print("Task 1 looks right.")

# %% [markdown]
# ## Task 2: walk
#
# Uphill is where the gradient points, so go the opposite way. The *learning rate* $\eta$ turns a slope into the length of
# a step (Goodfellow et al. 2016, equation 4.5):
#
# $$w \leftarrow w - \eta\, \nabla f(w).$$
#
# Write `descend(f, start, learning_rate, steps)`. It returns the whole path, an array of the shape `(steps + 1, d)`: the
# start, and the place after every step.
#
# *A worked example:* $f(w) = w_0^2 + 10 w_1^2$ has the gradient $(2 w_0, 20 w_1)$. From $(1, 1)$ with $\eta = 0.1$ the first step
# leads to $(1 - 0.1 \cdot 2,\; 1 - 0.1 \cdot 20) = (0.8, -1)$: a little forward along the first coordinate, and right across
# the valley, to the other side, along the second.


# %%
def descend(f, start, learning_rate, steps):
    """Return the path, shape (steps + 1, d), of gradient descent from `start` of shape (d,), which is not changed."""
    ### BEGIN SOLUTION descend
    path = [start]
    for _ in range(steps):
        path.append(path[-1] - learning_rate * gradient(f, path[-1]))
    return np.array(path)
    ### STARTER
    # raise NotImplementedError("Return the start and the place after every step.")
    ### END SOLUTION


# %% tags=["public-check"]
begin = np.array([1.0, 1.0])
path = descend(lambda w: w[0] ** 2 + 10 * w[1] ** 2, begin, learning_rate=0.1, steps=2)
assert np.shape(path) == (3, 2), f"two steps: the start and two places, shape (3, 2) expected, not {np.shape(path)}"
assert np.array_equal(begin, [1.0, 1.0]), f"the start has changed to {begin}: `w -= …` changes it, `w = w - …` does not"
assert np.allclose(path[0], [1, 1]), f"the path begins at the start; yours begins at {path[0]}"
assert np.allclose(path[1], [0.8, -1], atol=1e-4), f"the worked example leads to (0.8, −1); you have {path[1]}"
assert np.allclose(path[2], [0.64, 1], atol=1e-4), f"the second step leads to (0.64, 1); you have {path[2]}"
print("Task 2 looks right.")

# %% [markdown]
# Three learning rates in the narrow valley, 25 steps each. Look at the map first, then at the heights: which rate is too
# small, which too large, and what does the one in between do that you would not do on foot?

# %% tags=["raises-exception"]
start = np.array([-4.0, 1.5])
walks = {f"learning rate {rate}": descend(valley, start, rate, 25) for rate in (0.005, 0.09, 0.104)}
draw_map(valley, walks, "25 steps in the narrow valley")
plt.figure(figsize=(7.5, 3))
for label, path in walks.items():
    plt.plot([valley(w) for w in path], label=label)
plt.yscale("log")
plt.xlabel("step")
plt.ylabel("height")
plt.legend()

# %% [markdown]
# ## Task 3: know when to stop
#
# At the bottom the ground is level. So look at the length of the gradient, $\lVert \nabla f(w) \rVert = \sqrt{\sum_j (\partial f /
# \partial w_j)^2}$, and stop once it is at most some tolerance (Boyd & Vandenberghe 2004, *Convex Optimization*, section 9.3).
# And since you may never get there, give up after `max_steps` steps.
#
# Write `minimise`. It returns two values: the place where it stopped, and how many steps it took. Measure the gradient, then
# ask whether to stop, and only then take a step. If the start is already level enough, that makes 0 steps.
#
# *A worked example:* $f(w) = w^2$ has the gradient $2w$. From $w = 8$ with $\eta = 0.25$ each step halves $w$. With the
# tolerance 3 the gradients are 16, 8, 4, 2: at the fourth place it stops, after 3 steps, at $w = 1$. With `max_steps=2` it
# stops at $w = 2$, after 2 steps.


# %%
def minimise(f, start, learning_rate, tolerance=1e-3, max_steps=1000):
    """Return (w, steps): the place, shape (d,), where the gradient is at most `tolerance` long or the steps run out."""
    ### BEGIN SOLUTION minimise
    w = start
    for steps in range(max_steps):
        slopes = gradient(f, w)
        if np.linalg.norm(slopes) <= tolerance:
            return w, steps
        w = w - learning_rate * slopes
    return w, max_steps
    ### STARTER
    # raise NotImplementedError("Return the place and the number of steps.")
    ### END SOLUTION


# %% tags=["public-check"]
w, steps = minimise(lambda w: w[0] ** 2, np.array([8.0]), learning_rate=0.25, tolerance=3.0)
assert steps == 3, f"the worked example stops after 3 steps; you have {steps}"
assert np.allclose(w, [1], atol=1e-4), f"the worked example stops at w = 1; you have {w}"
w, steps = minimise(lambda w: w[0] ** 2, np.array([8.0]), learning_rate=0.25, tolerance=3.0, max_steps=2)
assert steps == 2 and np.allclose(w, [2], atol=1e-4), f"with max_steps=2 it stops at w = 2 after 2 steps; you have {w} after {steps}"
_, steps = minimise(lambda w: w[0] ** 2 - 100 * w[1], np.array([0.0, 0.0]), learning_rate=0.1, tolerance=1.0, max_steps=3)
assert steps == 3, "a slope of −100 is steep: it is the length of the gradient that must be small, not its entries with their signs"
_, steps = minimise(lambda w: w[0] ** 2, np.array([0.5]), learning_rate=0.25, tolerance=1.5)
assert steps == 0, f"where the gradient is already short enough no step is taken; you took {steps}"
print("Task 3 looks right.")

# %% [markdown]
# ## Task 4: how long should a step be?
#
# Take a bowl with a single coordinate and curvature $a$, $f(w) = \tfrac{a}{2} w^2$. Its gradient is $a w$, so a step makes
# $w (1 - \eta a)$ of $w$. If $\eta$ is below $1 / a$, $w$ shrinks; beyond that it jumps across the bottom; beyond $2 / a$
# it lands higher than before, and each step makes it worse. With several coordinates the steepest direction sets this limit
# for all of them, while the flattest one needs the longest steps.
#
# In practice nobody knows the curvatures. One tries some rates for a few steps and takes the one that got lowest.
# Write `best_rate(f, start, rates, steps)`: descend from the start with each of the rates, compare the heights after the
# last step, and return the rate with the lowest.
#
# One thing can go wrong. Far too large a rate leads so far out that the height overflows to infinity; the next difference
# is infinity minus infinity, which is NaN, *not a number*. Every comparison with NaN is false, so it is neither higher nor
# lower than anything. A rate that ends there must never win.
#
# *A worked example of NaN in Python:* `float("nan") < 5` and `float("nan") > 5` are both `False`. `np.isnan(x)` asks for
# it; `min([float("nan"), 1.0, 2.0])` is `nan`, while `min([1.0, float("nan"), 2.0])` is 1: the order decides, so do not
# rely on `min`. `np.argmin` always picks the NaN.


# %%
def best_rate(f, start, rates, steps):
    """Return the one of `rates` with which `steps` steps from `start` end lowest; one that ends at NaN never wins."""
    ### BEGIN SOLUTION best_rate
    lowest, best = np.inf, rates[0]
    for rate in rates:
        height = f(descend(f, start, rate, steps)[-1])
        if height < lowest:
            lowest, best = height, rate
    return best
    ### STARTER
    # raise NotImplementedError("Return one of the rates.")
    ### END SOLUTION


# %% tags=["public-check"]
walled = landscape(np.eye(1), centre=np.zeros(1), walls=0.1)
for rates in ([50.0, 0.01, 0.9, 0.2], [0.01, 0.9, 0.2, 50.0], [0.2, 50.0, 0.9, 0.01]):
    chosen = best_rate(walled, np.array([2.0]), rates, steps=10)
    assert chosen in rates, f"return one of the rates themselves, not {chosen}"
    assert chosen != 50.0, f"with the rate 50 the walk ends at NaN, and yet you chose it from {rates}"
    assert chosen == 0.9, f"after 10 steps the rate 0.9 is lowest by far; of {rates} you chose {chosen}"
print("Task 4 looks right.")

# %% tags=["raises-exception"]
tried = [0.002, 0.01, 0.05, 0.09, 0.0999, 0.102, 0.2]
print("best of", tried, "after 60 steps in the narrow valley:", best_rate(valley, start, tried, 60))
for one in tried:
    print(f"rate {one:<7} ends at the height {valley(descend(valley, start, one, 60)[-1]):.3g}")

# %% [markdown]
# ## Task 5: momentum
#
# In a narrow valley the largest rate that works still crawls along the floor, while it jumps from side to side across it. A
# heavy ball would do better: the pushes from side to side cancel, those along the floor add up. So remember a *velocity* $v$,
# which begins at 0 (Polyak 1964, "Some methods of speeding up the convergence of iteration methods"; in this form
# Goodfellow et al. 2016, equations 8.15 and 8.16):
#
# $$v \leftarrow \alpha v - \eta\, \nabla f(w), \qquad w \leftarrow w + v.$$
#
# The number $\alpha$ below 1 says how much of the velocity is kept from one step to the next; with $\alpha = 0$ it is
# plain gradient descent.
#
# *A worked example:* $f(w) = w^2$ from $w = 1$ with $\eta = 0.1$ and $\alpha = 0.5$: first $v = -0.2$ and $w = 0.8$, then
# $v = 0.5 \cdot (-0.2) - 0.1 \cdot 1.6 = -0.26$ and $w = 0.54$.
#
# Write `descend_with_momentum`, which returns the path like `descend`.


# %%
def descend_with_momentum(f, start, learning_rate, alpha, steps):
    """Return the path, shape (steps + 1, d), of gradient descent with momentum alpha from `start` of shape (d,)."""
    ### BEGIN SOLUTION momentum
    path, velocity = [start], np.zeros(start.shape)
    for _ in range(steps):
        velocity = alpha * velocity - learning_rate * gradient(f, path[-1])
        path.append(path[-1] + velocity)
    return np.array(path)
    ### STARTER
    # raise NotImplementedError("Return the start and the place after every step.")
    ### END SOLUTION


# %% tags=["public-check"]
path = descend_with_momentum(lambda w: w[0] ** 2, np.array([1.0]), learning_rate=0.1, alpha=0.5, steps=2)
assert np.shape(path) == (3, 1), f"the start and two places: shape (3, 1) expected, not {np.shape(path)}"
assert np.allclose(path[1], [0.8], atol=1e-4), f"without velocity yet, the first step leads to 0.8; you have {path[1]}"
assert np.allclose(path[2], [0.54], atol=1e-4), f"the worked example goes on to 0.54; you have {path[2]}"
path = descend_with_momentum(valley, np.array([-4.0, 1.5]), learning_rate=0.05, alpha=0.0, steps=5)
assert np.allclose(path, descend(valley, np.array([-4.0, 1.5]), 0.05, 5)), "with alpha=0 it should walk just like `descend`"
print("Task 5 looks right.")

# %% [markdown]
# The same valley, the same learning rate, 40 steps: once without momentum, and with two values of $\alpha$.

# %% tags=["raises-exception"]
walks = {f"momentum {alpha}": descend_with_momentum(valley, start, 0.03, alpha, 40) for alpha in (0.0, 0.6, 0.95)}
draw_map(valley, walks, "40 steps with the learning rate 0.03")
plt.figure(figsize=(7.5, 3))
for label, path in walks.items():
    plt.plot([valley(w) for w in path], label=label)
plt.yscale("log")
plt.xlabel("step")
plt.ylabel("height")
plt.legend()

# %% [markdown]
# ## To think about
#
# The valley has the curvatures 1 and 20. Which learning rate is the largest that can work, by the argument of Task 4, and is
# that what you saw? Now take the map of a valley that is ten times as steep across, with the curvatures 1 and 200. By how
# much must the rate fall, and how many more steps does the way along the floor then take? Last: your `gradient` calls `f`
# twice per coordinate. How long would a single step take for a network with 13,000 weights whose loss takes 10
# milliseconds to compute? That is the reason for backpropagation, which comes next.
