# %% [markdown]
# # Integrals, added up
#
# The integral $\int_a^b f(x)\,dx$ is what a rate $f$ builds up between $a$ and $b$: the distance that a speed adds up
# to, the probability that a density adds up to. In a picture it is the area between the graph and the $x$ axis, where
# what lies below the axis counts as negative. By definition it is a limit of sums of narrow rectangles (NIST Digital
# Library of Mathematical Functions, DLMF, section 1.4(v)), and a computer can add up a lot of rectangles.
#
# In this notebook you write four ways of adding up, and measure how good each of them is. At the end you meet the
# theorem that ties integrals to derivatives.
#
# You need functions in Python and NumPy's arrays. A function can be handed to another one like any value, and is
# called with the name it has there. SciPy and SymPy are not available here. Fill in what is missing, run the cells from
# the top, and hand in the saved notebook. You are graded on *new* functions and intervals, so nothing may rely on the
# examples here. What you have solved earns its points even while another task is open: the cells that check or plot may
# fail without ending the run. A cell of your own that fails ends it.
#
# **Notation.** The interval from $a$ to $b$ is cut into $n$ pieces of the width $h = (b - a) / n$. The cuts are at
# $x_k = a + k h$ for $k = 0, 1, \dots, n$: for $n$ pieces there are $n + 1$ points, both ends included.

# %%
import matplotlib.pyplot as plt
import numpy as np


def wave(amplitudes, frequencies):
    """Return a function: a sum of sines, one amplitude and one frequency each. It takes a number or an array."""
    amplitudes, frequencies = np.asarray(amplitudes), np.asarray(frequencies)

    def f(x):
        return np.sin(np.multiply.outer(x, frequencies)) @ amplitudes

    return f


# %% [markdown]
# The grader calls your functions through the following ones, because functions can't be sent along with its numbers.
# Leave them as they are, and read on.


# %%
def try_left(amplitudes, frequencies, intervals, n):
    """Your left sums of a wave over some intervals."""
    return [left_sum(wave(amplitudes, frequencies), a, b, n) for a, b in intervals]


def try_midpoint(amplitudes, frequencies, intervals, n):
    """Your midpoint sums of a wave over some intervals."""
    return [midpoint_sum(wave(amplitudes, frequencies), a, b, n) for a, b in intervals]


def try_trapezoid(amplitudes, frequencies, intervals, n):
    """Your trapezia below a wave over some intervals."""
    return [trapezoid(wave(amplitudes, frequencies), a, b, n) for a, b in intervals]


def try_simpson(amplitudes, frequencies, intervals, n):
    """Your Simpson's rule for a wave over some intervals."""
    return [simpson(wave(amplitudes, frequencies), a, b, n) for a, b in intervals]


def try_order(amplitudes, frequencies, intervals, exact, power, n):
    """The order that you measure for a made-up rule, whose error is an exact power of n."""

    def rule(f, a, b, n):
        return exact - (1 + f(a) ** 2 + b**2) / float(n) ** power

    return [order(rule, wave(amplitudes, frequencies), a, b, exact, n) for a, b in intervals]


# %% [markdown]
# ## Task 1: rectangles
#
# On each piece put a rectangle whose height is taken from the graph: at the piece's left end, or in its middle.
#
# $$L_n = h \sum_{k=0}^{n-1} f(x_k), \qquad M_n = h \sum_{k=0}^{n-1} f\!\left(x_k + \tfrac{h}{2}\right)$$
#
# *A worked example:* $f(x) = x^2$ from 0 to 2 with $n = 2$. The width is 1, the left ends are 0 and 1, the middles
# 0.5 and 1.5. So $L_2 = 0 + 1 = 1$ and $M_2 = 0.25 + 2.25 = 2.5$. The integral is $8/3$.
#
# All functions here take `f`, `a`, `b` and `n`, and return a single number. `f` takes a number or an array of points.
# `np.arange(4)` is `[0, 1, 2, 3]`; `np.linspace(0, 2, 5)` are *five* points from 0 to 2, both ends included:
# `[0, 0.5, 1, 1.5, 2]`.


# %%
def left_sum(f, a, b, n):
    """Return the sum of n rectangles from a to b, as high as f at their left ends."""
    ### BEGIN SOLUTION left
    h = (b - a) / n
    return h * np.sum(f(a + h * np.arange(n)))
    ### STARTER
    # raise NotImplementedError("n left ends, one width.")
    ### END SOLUTION


def midpoint_sum(f, a, b, n):
    """Return the sum of n rectangles from a to b, as high as f in their middles."""
    ### BEGIN SOLUTION midpoint
    h = (b - a) / n
    return h * np.sum(f(a + h * (np.arange(n) + 0.5)))
    ### STARTER
    # raise NotImplementedError("n middles, one width.")
    ### END SOLUTION


# %% tags=["public-check"]
area = left_sum(lambda x: x**2, 0.0, 2.0, 2)
assert np.shape(area) == (), f"the sum is a single number, not an array of shape {np.shape(area)}"
assert np.isclose(area, 1), f"the worked example gives 1; you have {area}: are there n left ends, without b?"
area = left_sum(lambda x: 2 * x + 3, -1.0, 2.0, 3)
assert np.isclose(area, 9), f"for 2x + 3 from −1 to 2 the three left ends are 1, 3 and 5 high, together 9; you have {area}"
print("`left_sum` looks right.")

# %% tags=["public-check"]
area = midpoint_sum(lambda x: x**2, 0.0, 2.0, 2)
assert np.shape(area) == (), f"the sum is a single number, not an array of shape {np.shape(area)}"
assert np.isclose(area, 2.5), f"the worked example gives 2.5; you have {area}"
area = midpoint_sum(lambda x: 2 * x + 3, -1.0, 2.0, 3)
assert np.isclose(area, 12), f"for 2x + 3 from −1 to 2 the three middles are 2, 4 and 6 high, together 12; you have {area}"
print("`midpoint_sum` looks right.")

# %% [markdown]
# ## Task 2: trapezia
#
# Now join neighbouring points of the graph by straight lines. A piece becomes a *trapezium*, with the area $h \cdot
# \frac{f(x_k) + f(x_{k+1})}{2}$. Added up, each inner point belongs to two trapezia, each end to one:
#
# $$T_n = h \left( \tfrac12 f(x_0) + f(x_1) + \dots + f(x_{n-1}) + \tfrac12 f(x_n) \right)$$
#
# (DLMF, section 3.5(i)). In the example above $T_2 = \frac12 \cdot 0 + 1 + \frac12 \cdot 4 = 3$.


# %%
def trapezoid(f, a, b, n):
    """Return the area of n trapezia from a to b with their upper corners on the graph of f."""
    ### BEGIN SOLUTION trapezoid
    heights = f(np.linspace(a, b, n + 1))
    return (b - a) / n * (np.sum(heights) - (heights[0] + heights[-1]) / 2)
    ### STARTER
    # raise NotImplementedError("n + 1 points; the two ends count half.")
    ### END SOLUTION


# %% tags=["public-check"]
area = trapezoid(lambda x: x**2, 0.0, 2.0, 2)
assert np.shape(area) == (), f"the sum is a single number, not an array of shape {np.shape(area)}"
assert np.isclose(area, 3), f"the worked example gives 3; you have {area}"
area = trapezoid(lambda x: 2 * x + 3, -1.0, 2.0, 5)
assert np.isclose(area, 12), f"below a straight line trapezia are exact: 12 for 2x + 3 from −1 to 2; you have {area}"
print("Task 2 looks right.")

# %% [markdown]
# ## Task 3: Simpson's rule
#
# Better than a straight line through two points is a parabola through three. So take the pieces in pairs ($n$ is
# even), and put a parabola through the left end, the middle and the right end of each pair. The area below it is
# $\frac{h}{3} (f_0 + 4 f_1 + f_2)$. Pair by pair, with $f_k$ for $f(x_k)$:
#
# $$S_n = \frac{h}{3} \left( f_0 + 4 f_1 + 2 f_2 + 4 f_3 + 2 f_4 + \dots + 4 f_{n-1} + f_n \right)$$
#
# (DLMF, section 3.5(ii)). In the example $S_2 = \frac13 (0 + 4 \cdot 1 + 4) = \frac83$, the integral itself. Little
# wonder: the graph *is* a parabola.
#
# *A worked example of slices:* for `A = np.array([10, 11, 12, 13, 14])`, `A[::2]` is `[10, 12, 14]` (every second
# one), `A[1::2]` is `[11, 13]` (every second one, from place 1 on), and `A[1:-1]` is `[11, 12, 13]` (all but the
# ends).


# %%
def simpson(f, a, b, n):
    """Return the integral from a to b by Simpson's rule with n pieces; n is even."""
    ### BEGIN SOLUTION simpson
    heights = f(np.linspace(a, b, n + 1))
    odd, even = heights[1::2], heights[2:-1:2]
    return (b - a) / n / 3 * (heights[0] + 4 * np.sum(odd) + 2 * np.sum(even) + heights[-1])
    ### STARTER
    # raise NotImplementedError("Weights 1, 4, 2, 4, …, 2, 4, 1.")
    ### END SOLUTION


# %% tags=["public-check"]
area = simpson(lambda x: x**2, 0.0, 2.0, 2)
assert np.shape(area) == (), f"the sum is a single number, not an array of shape {np.shape(area)}"
assert np.isclose(area, 8 / 3), f"the worked example gives 8/3; you have {area}"
area = simpson(lambda x: x**4, 0.0, 4.0, 4)
assert np.isclose(area, 616 / 3), f"for x⁴ from 0 to 4 it is (0 + 4·1 + 2·16 + 4·81 + 256) / 3 ≈ 205.33; you have {area}"
area = simpson(lambda x: x**3, 0.0, 3.0, 6)
assert np.isclose(area, 81 / 4), f"even for x³ it is exact: 20.25 from 0 to 3; you have {area}"
print("Task 3 looks right.")

# %% [markdown]
# The four rules in pictures, each with four pieces. Where is an area too small, where too large? (The parabolas are
# drawn without your help.)

# %% tags=["raises-exception"]
curve, n = wave([1.0, 0.4], [0.9, 2.7]), 4
fine, cuts = np.linspace(0, 3, 300), np.linspace(0, 3, n + 1)
figure, axes = plt.subplots(1, 4, figsize=(14, 3.4), sharey=True)
truth = simpson(curve, 0.0, 3.0, 3000)
for axis, rule in zip(axes, (left_sum, midpoint_sum, trapezoid, simpson)):
    axis.set(title=f"{rule.__name__}: {rule(curve, 0.0, 3.0, n):.3f}", xlabel=f"integral: {truth:.3f}")
    axis.plot(fine, curve(fine), color="black")
axes[0].bar(cuts[:-1], curve(cuts[:-1]), width=3 / n, align="edge", alpha=0.4, edgecolor="C0")
axes[1].bar(cuts[:-1], curve(cuts[:-1] + 1.5 / n), width=3 / n, align="edge", alpha=0.4, edgecolor="C0")
axes[2].fill_between(cuts, curve(cuts), alpha=0.4)
axes[2].vlines(cuts, 0, curve(cuts), color="C0")
for k in range(0, n, 2):
    within = np.linspace(cuts[k], cuts[k + 2], 60)
    parabola = np.polyfit(cuts[k : k + 3], curve(cuts[k : k + 3]), 2)
    axes[3].fill_between(within, np.polyval(parabola, within), alpha=0.4, color="C0")
axes[3].vlines(cuts[::2], 0, curve(cuts[::2]), color="C0")
figure.tight_layout()

# %% [markdown]
# ## Task 4: how much better?
#
# With more pieces every rule comes closer, but not equally fast. For smooth functions the error is about $C n^{-p}$,
# and $p$ is called the *order* of the rule. With twice the pieces the error becomes $2^p$ times smaller. Therefore
#
# $$p \approx \log_2 \frac{|\text{error with } n \text{ pieces}|}{|\text{error with } 2n \text{ pieces}|}.$$
#
# Write `order(rule, f, a, b, exact, n)`, which measures it like this. `rule` is a function like those above, and
# `exact` the true integral, so the error with $n$ pieces is `rule(f, a, b, n) - exact`.
#
# *A worked example:* if a rule is off by 0.32 with 10 pieces and by 0.04 with 20, the quotient is $8 = 2^3$, and the
# order 3.


# %%
def order(rule, f, a, b, exact, n):
    """Return the order of a rule, measured by going from n to 2n pieces: a single number."""
    ### BEGIN SOLUTION order
    return np.log2(abs(rule(f, a, b, n) - exact) / abs(rule(f, a, b, 2 * n) - exact))
    ### STARTER
    # raise NotImplementedError("Two errors, their quotient, and the logarithm to base 2.")
    ### END SOLUTION


# %% tags=["public-check"]
p = order(lambda f, a, b, n: f(a) + b * 320 / n**3, lambda x: 2 * x, 1.0, 4.0, 2.0, 10)
assert np.shape(p) == (), f"the order is a single number, not an array of shape {np.shape(p)}"
assert np.isclose(p, 3), f"the error of this made-up rule is 1280/n³, so its order is 3; you have {p}"
print("Task 4 looks right.")

# %% [markdown]
# Measure your rules, on $\int_0^1 e^x\,dx = e - 1$. DLMF, section 3.5, states 2 for the trapezia and 4 for Simpson's
# rule. What do you find for the two kinds of rectangles, and do trapezia beat them both? The plot shows the same: on
# logarithmic axes a power law is a straight line, and the order is how steeply it falls.

# %% tags=["raises-exception"]
counts = 2 ** np.arange(1, 11)
figure, axis = plt.subplots(figsize=(7, 4))
for rule in (left_sum, midpoint_sum, trapezoid, simpson):
    p = order(rule, np.exp, 0.0, 1.0, np.e - 1, 32)
    off = [abs(rule(np.exp, 0.0, 1.0, int(n)) - (np.e - 1)) for n in counts]
    axis.loglog(counts, off, ".-", label=f"{rule.__name__}: order {p:.3f}")
axis.set(xlabel="pieces n", ylabel="absolute error")
axis.legend()
figure.tight_layout()

# %% [markdown]
# ## Task 5: the fundamental theorem
#
# So far the right end $b$ stood still. Let it move, and the integral becomes a function itself, the area *so far*:
# $F(x) = \int_a^x f(t)\,dt$. How fast does it grow? When $x$ moves on by a little $h$, a strip of the height $f(x)$
# and the width $h$ is added. So the slope of $F$ is $f$. This is the **fundamental theorem of calculus** (DLMF,
# section 1.4(v)), in two halves:
#
# $$F'(x) = f(x), \qquad\qquad \int_a^b g'(x)\,dx = g(b) - g(a).$$
#
# The second half is why nobody adds rectangles if there is a $g$ whose derivative is the function in question.
#
# Write `accumulate(x, y)`. It gets rising points `x` and the heights `y` there, two arrays of one shape `(n,)`,
# measured at points which need *not* be equally far apart. It returns the area so far at each of these points by
# trapezia, an array of shape `(n,)`: the first is 0, the last the whole area.
#
# *A worked example:* for `x = [0, 1, 3]` and `y = [2, 4, 6]` the first trapezium has the area $1 \cdot 3 = 3$, the
# second $2 \cdot 5 = 10$; the result is `[0, 3, 13]`. `np.diff([0, 1, 3])` is `[1, 2]`, the distances between
# neighbours, and `np.cumsum([5, 6, 7])` is `[5, 11, 18]`, the sums so far.


# %%
def accumulate(x, y):
    """Return the area so far at each point of x, by trapezia below the heights y; all of shape (n,), beginning with 0."""
    ### BEGIN SOLUTION accumulate
    pieces = np.diff(x) * (y[1:] + y[:-1]) / 2
    return np.concatenate([[0.0], np.cumsum(pieces)])
    ### STARTER
    # raise NotImplementedError("One trapezium between neighbours, then sums so far.")
    ### END SOLUTION


# %% tags=["public-check"]
so_far = accumulate(np.array([0.0, 1.0, 3.0]), np.array([2.0, 4.0, 6.0]))
assert np.shape(so_far) == (3,), f"three points, three areas so far: expected the shape (3,), not {np.shape(so_far)}"
assert so_far[0] == 0, f"at the first point nothing has been added up yet: 0, not {so_far[0]}"
assert np.allclose(so_far, [0, 3, 13]), f"the worked example gives [0, 3, 13]; you have {so_far}"
print("Task 5 looks right.")

# %% [markdown]
# ## Look at it
#
# Left: a function and its area so far. Where is the area at its largest, and why there? Middle, the first half of the
# theorem: the slope of the area so far (a secant over two pieces) lies on the function. Right, the second half: the
# slope of $g$ is accumulated, and $g$ itself comes back, up to the height at which it began.

# %% tags=["raises-exception"]
x = np.linspace(0, 6, 121)
y = curve(x)
so_far = accumulate(x, y)
figure, axes = plt.subplots(1, 3, figsize=(14, 3.6))
axes[0].fill_between(x, y, alpha=0.3, label="f")
axes[0].plot(x, so_far, color="C1", label="area so far")
axes[1].plot(x, y, color="C0", label="f")
secants = (so_far[2:] - so_far[:-2]) / (x[2:] - x[:-2])
axes[1].plot(x[1:-1:4], secants[::4], "o", color="C1", markersize=4, label="slope of the area so far")
slope = np.cos(x) - x / 5
axes[2].plot(x, np.sin(x) - x**2 / 10, color="C0", label="g")
axes[2].plot(x[::4], accumulate(x, slope)[::4], "o", color="C1", markersize=4, label="accumulated slope of g")
for axis in axes:
    axis.axhline(0, color="gray", linewidth=0.8)
    axis.set(xlabel="x")
    axis.legend()
figure.tight_layout()

# %% [markdown]
# NumPy has the trapezia built in, as `np.trapezoid` (`np.trapz` before version 2); SciPy has Simpson's rule, the sums
# so far, and rules that place their points more cleverly. You know now what they do.
#
# ## To think about
#
# Measure the order of your rules on $\int_0^1 \sqrt{x}\,dx = \frac23$. What has become of Simpson's fourth order?
# Look at the graph near 0: which assumption of "for smooth functions" is broken there? Then integrate $e^{\sin x}$
# from 0 to $2\pi$ (7.954926521012846) with 4, 8 and 16 trapezia, and with Simpson's rule. Here the simple rule wins
# by far. What is special about this function on this interval? (DLMF, section 3.5(i), has the answer.)
