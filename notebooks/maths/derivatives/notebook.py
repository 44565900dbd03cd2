# %% [markdown]
# # Derivatives and what computers make of them
#
# The derivative of a function at a point is the slope of its graph there: how much the output changes, per unit, when
# the input changes a tiny bit,
#
# $$f'(x) = \lim_{h \to 0} \frac{f(x + h) - f(x)}{h}$$
#
# (NIST Digital Library of Mathematical Functions, DLMF, section 1.4(iii)). Training a neural network means following
# derivatives, and testing whether a derivative is right means estimating it with a small but real $h$. In this
# notebook you write such estimates, measure how good they are, and find out why the smallest $h$ isn't the best one.
#
# You need functions in Python and NumPy's arrays; a function can be handed to another one like any value, and is
# called with the name it has there: after `def twice(f, x): return f(f(x))`, the call `twice(np.sqrt, 16)` gives 2.
# SciPy, SymPy and PyTorch are not available here.
#
# Fill in what is missing, run the cells from the top, and hand in the saved notebook. Your functions are graded on
# *new* functions, points and steps, so nothing may rely on the examples here. What you have solved earns its points
# even while another task is open: the cells that check or plot may fail without ending the run. A cell of your own
# that fails ends it.

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
def try_forward(amplitudes, frequencies, x, h):
    """Your forward differences of a wave at the points x."""
    return forward_difference(wave(amplitudes, frequencies), x, h)


def try_central(amplitudes, frequencies, x, h):
    """Your central differences of a wave at the points x."""
    return central_difference(wave(amplitudes, frequencies), x, h)


def try_errors(amplitudes, frequencies, slope, x, steps):
    """Your list of errors, for a made-up estimate."""
    return errors(lambda f, x, h: f(x) * np.cos(40 * h), wave(amplitudes, frequencies), slope, x, steps)


def try_tangent(amplitudes, frequencies, points):
    """Your tangents of a wave, slope and intercept, at each of the points."""
    return [tangent(wave(amplitudes, frequencies), x0) for x0 in points]


# %% [markdown]
# ## Task 1: the forward difference
#
# Leave the limit away, and a difference quotient remains: the *forward difference*
#
# $$D_h^+ f(x) = \frac{f(x + h) - f(x)}{h}.$$
#
# It is the slope of the straight line through two points of the graph, a secant.
#
# *A worked example:* for $f(x) = x^2$ at $x = 3$ with $h = 0.1$ it is $(9.61 - 9) / 0.1 = 6.1$. The true slope is 6.
#
# Write `forward_difference(f, x, h)`. Here and below `x` may be a number or an array of points, and `f` takes both; for
# an array the result is an array of slopes, one per point.


# %%
def forward_difference(f, x, h):
    """Return the slope of the secant from x to x + h; x is a number or an array, the result has its shape."""
    ### BEGIN SOLUTION forward
    return (f(x + h) - f(x)) / h
    ### STARTER
    # raise NotImplementedError("Divide the change of f by the change of x.")
    ### END SOLUTION


# %% tags=["public-check"]
slope = forward_difference(lambda x: x**2, 3.0, 0.1)
assert np.isclose(slope, 6.1), f"the worked example gives 6.1; you have {slope}"
slopes = forward_difference(np.exp, np.array([0.0, 1.0, 2.0]), 0.5)
assert np.shape(slopes) == (3,), f"three points, three slopes: expected the shape (3,), not {np.shape(slopes)}"
assert np.allclose(slopes, np.exp([0, 1, 2]) * 1.2974425), f"exp rises by 64.87 % within 0.5, from each point; you have {slopes}"
print("Task 1 looks right.")

# %% [markdown]
# ## Task 2: the central difference
#
# Looking to one side only is unfair: where the graph bends, the forward difference leans in the direction of the bend.
# The *central difference* takes a step to both sides,
#
# $$D_h^0 f(x) = \frac{f(x + h) - f(x - h)}{2h}$$
#
# (DLMF, section 3.4(i), equation 3.4.6 at $t = 0$). On the parabola above it is $(9.61 - 8.41) / 0.2 = 6$, without any
# error: what the bend adds on the right it takes away on the left.


# %%
def central_difference(f, x, h):
    """Return the slope of the secant from x - h to x + h; x is a number or an array, the result has its shape."""
    ### BEGIN SOLUTION central
    return (f(x + h) - f(x - h)) / (2 * h)
    ### STARTER
    # raise NotImplementedError("How far apart are the two points?")
    ### END SOLUTION


# %% tags=["public-check"]
slope = central_difference(lambda x: x**2, 3.0, 0.1)
assert np.isclose(slope, 6), f"on this parabola the central difference is exactly 6; you have {slope}"
slope = central_difference(lambda x: x**3, 2.0, 0.1)
assert np.isclose(slope, 12.01), f"for x³ at 2 with h = 0.1 it is (9.261 − 6.859) / 0.2 = 12.01; you have {slope}"
print("Task 2 looks right.")

# %% [markdown]
# ## Task 3: how fast does the error shrink?
#
# For a smooth function Taylor's formula says what the two estimates leave over:
#
# $$D_h^+ f(x) = f'(x) + \tfrac12 h f''(x) + \dots, \qquad D_h^0 f(x) = f'(x) + \tfrac16 h^2 f'''(x) + \dots$$
#
# So the error is about $C h^p$ with the *order* $p = 1$ for the forward difference and $p = 2$ for the central one: with
# a tenth of the step, a tenth or a hundredth of the error (this is the *truncation error* of Baydin et al. 2018,
# "Automatic differentiation in machine learning: a survey", *Journal of Machine Learning Research* 18, section 2.1).
# Instead of believing it you measure it, in two steps:
#
# * `errors(estimate, f, slope, x, steps)` returns the absolute errors $|\text{estimate}(f, x, h) - \text{slope}|$ at the
#   one point `x`, an array with one entry per step `h` in `steps`. `estimate` is a function such as
#   `forward_difference`, `slope` the true derivative there.
# * `order(steps, errors)` returns the exponent $p$ of $\text{error} = C h^p$. Take logarithms on both sides and you have
#   a straight line, $\log \text{error} = \log C + p \log h$: its slope is what you want. Steps and errors are all above 0.
#
# *A worked example of fitting a line:* `np.polyfit([0, 1, 2], [5, 8, 11], 1)` returns `[3, 5]`, the slope and the
# intercept of the line through the points (0, 5), (1, 8) and (2, 11).


# %%
def errors(estimate, f, slope, x, steps):
    """Return the absolute errors of estimate(f, x, h) against the true slope, one for each h in steps."""
    ### BEGIN SOLUTION errors
    return np.array([abs(estimate(f, x, h) - slope) for h in steps])
    ### STARTER
    # raise NotImplementedError("Call the estimate with each step.")
    ### END SOLUTION


def order(steps, errors):
    """Return the exponent p of the power law error = C · step^p, a single number."""
    ### BEGIN SOLUTION order
    return np.polyfit(np.log(steps), np.log(errors), 1)[0]
    ### STARTER
    # raise NotImplementedError("Which slope does the line through the logarithms have?")
    ### END SOLUTION


# %% tags=["public-check"]
found = errors(lambda f, x, h: f(x) - h, lambda x: 2 * x, 10.0, 5.0, np.array([0.5, 0.25]))
assert np.shape(found) == (2,), f"two steps, two errors: expected the shape (2,), not {np.shape(found)}"
assert np.allclose(found, [0.5, 0.25]), f"this made-up estimate is off by 0.5 and 0.25, and errors are positive; you have {found}"
print("`errors` looks right.")

# %% tags=["public-check"]
p = order(np.array([0.1, 0.01, 0.001]), np.array([5e-1, 5e-4, 5e-7]))
assert np.shape(p) == (), f"the order is a single number, not an array of shape {np.shape(p)}"
assert np.isclose(p, 3), f"a tenth of the step, a thousandth of the error: the order is 3; you have {p}"
print("`order` looks right.")

# %% [markdown]
# Now both together, on the sine at $x = 1$, whose slope is $\cos 1$. Two numbers near 1 and 2 should come out.

# %% tags=["raises-exception"]
halvings = 0.1 / 2.0 ** np.arange(8)
for estimate in (forward_difference, central_difference):
    print(estimate.__name__, "has the order", np.round(order(halvings, errors(estimate, np.sin, np.cos(1.0), 1.0, halvings)), 3))

# %% [markdown]
# What if the step becomes *very* small? Look at the plot before you read on: from some step on both errors grow again.
#
# A float has about 16 decimal digits, so $f(x + h)$ and $f(x)$ are both rounded by up to about $10^{-16}$ of their size.
# Their difference loses the digits that they share, and the division by $h$ magnifies what rounding left behind: the
# *round-off error* grows like $10^{-16} / h$ (Baydin et al. 2018, section 2.1; NumPy gives the exact figure as
# `np.finfo(float).eps`). The best step balances both errors.

# %% tags=["raises-exception"]
steps = 10.0 ** np.arange(-15, 0.1, 0.25)
figure, axis = plt.subplots(figsize=(7, 4))
for estimate in (forward_difference, central_difference):
    axis.loglog(steps, errors(estimate, np.sin, np.cos(1.0), 1.0, steps), ".-", label=estimate.__name__)
axis.set(xlabel="step h", ylabel="absolute error", title="slope of the sine at x = 1")
axis.legend()
figure.tight_layout()

# %% [markdown]
# ## Task 4: the rules, put to the test
#
# Nobody differentiates with limits by hand. Rules take a formula apart instead (DLMF, section 1.4(iii)). With $u$ and
# $v$ for the values of two functions at a point, and $u'$ and $v'$ for their slopes there, the **product** has the slope
#
# $$(uv)' = u'v + uv'.$$
#
# The picture behind it is a rectangle with the sides $u$ and $v$: if both grow a little, a strip is added along each.
# The rule for the **quotient** follows from it. Call the quotient $q = u / v$, so that $u = qv$, and apply the product
# rule to the right-hand side: $u' = q'v + qv'$. Solve this for $q'$ on paper, put $q = u / v$ back in, and you have a
# formula in $u$, $u'$, $v$ and $v'$.
#
# Both functions take values and slopes (numbers or arrays of one shape), not functions. So there is nothing to take a
# difference of; the rule is all there is.


# %%
def product_slope(u, du, v, dv):
    """Return the slope of the product u·v, where du and dv are the slopes of u and v."""
    ### BEGIN SOLUTION product
    return du * v + u * dv
    ### STARTER
    # raise NotImplementedError("One strip along each side of the rectangle.")
    ### END SOLUTION


def quotient_slope(u, du, v, dv):
    """Return the slope of the quotient u/v, where du and dv are the slopes of u and v; v is not 0."""
    ### BEGIN SOLUTION quotient
    return (du * v - u * dv) / v**2
    ### STARTER
    # raise NotImplementedError("Solve u' = q'·v + q·v' for q'.")
    ### END SOLUTION


# %% [markdown]
# The checks compare your rules with a secant over a tiny interval. It is the test that you can put any derivative to.

# %% tags=["public-check"]
x, tiny = np.array([0.5, 1.0, 2.0]), 1e-5
measured = (np.sin(x + tiny) * np.exp(x + tiny) - np.sin(x - tiny) * np.exp(x - tiny)) / (2 * tiny)
found = product_slope(np.sin(x), np.cos(x), np.exp(x), np.exp(x))
assert np.allclose(found, measured, rtol=1e-6), f"the slopes of sin(x)·exp(x) at 0.5, 1, 2 are {measured}; you have {found}"
print("The product rule looks right.")

# %% tags=["public-check"]
x, tiny = np.array([0.5, 1.0, 2.0]), 1e-5
measured = (np.sin(x + tiny) / np.exp(x + tiny) - np.sin(x - tiny) / np.exp(x - tiny)) / (2 * tiny)
found = quotient_slope(np.sin(x), np.cos(x), np.exp(x), np.exp(x))
assert np.allclose(found, measured, rtol=1e-6), f"the slopes of sin(x)/exp(x) at 0.5, 1, 2 are {measured}; you have {found}"
measured = (np.exp(x + tiny) / (x + tiny) - np.exp(x - tiny) / (x - tiny)) / (2 * tiny)
found = quotient_slope(np.exp(x), np.exp(x), x, np.ones(3))
assert np.allclose(found, measured, rtol=1e-6), f"the slopes of exp(x)/x at 0.5, 1, 2 are {measured}; you have {found}"
print("The quotient rule looks right.")

# %% [markdown]
# ## Task 5: tangent lines
#
# The tangent at $x_0$ is the straight line through the point $(x_0, f(x_0))$ of the graph with the graph's own slope
# there. Near $x_0$ nothing straight comes closer to $f$; gradient descent walks along such lines.
#
# Write `tangent(f, x0)`, which returns the slope and the intercept of the line $y = \text{slope} \cdot x +
# \text{intercept}$. Nobody tells you the derivative, so estimate it; choose the method and the step from the plot of
# Task 3. You are graded to an accuracy of one part in a hundred thousand, on functions that wiggle a few times more
# than the sine.
#
# *A worked example:* the tangent of $x^2$ at 3 has the slope 6 and goes through (3, 9). So the intercept is
# $9 - 6 \cdot 3 = -9$.


# %%
def tangent(f, x0):
    """Return (slope, intercept) of the tangent line of f at the number x0."""
    ### BEGIN SOLUTION tangent
    slope = central_difference(f, x0, 1e-5)
    return slope, f(x0) - slope * x0
    ### STARTER
    # raise NotImplementedError("Estimate the slope; then let the line pass through (x0, f(x0)).")
    ### END SOLUTION


# %% tags=["public-check"]
slope, intercept = tangent(lambda x: x**2, 3.0)
assert abs(slope - 6) < 5e-6, f"the slope of x² at 3 is 6; you have {slope:.8f}: is the step well chosen?"
assert abs(intercept + 9) < 5e-5, f"the line through (3, 9) with the slope 6 meets the y axis at −9; not {intercept:.8f}"
slope, intercept = tangent(lambda x: np.sin(3 * x), 1.0)
assert abs(slope - 3 * np.cos(3)) < 3e-5, f"the slope of sin(3x) at 1 is {3 * np.cos(3):.8f}; you have {slope:.8f}"
print("Task 5 looks right.")

# %% [markdown]
# ## Look at it
#
# Five tangents on a curve, and what is left between the curve and one of them when you come closer: a ten times smaller
# window is used in each picture to the right. What bends becomes straight.

# %% tags=["raises-exception"]
curve = wave([1.0, 0.5], [1.0, 3.0])
figure, axes = plt.subplots(1, 4, figsize=(14, 3.6), width_ratios=[2, 1, 1, 1])
x = np.linspace(0, 6, 400)
axes[0].plot(x, curve(x), color="black")
for x0 in (0.6, 1.8, 3.1, 4.4, 5.4):
    slope, intercept = tangent(curve, x0)
    near = np.array([x0 - 0.6, x0 + 0.6])
    axes[0].plot(near, slope * near + intercept)
    axes[0].plot(x0, curve(x0), "o", color="black", markersize=4)
axes[0].set(xlabel="x", ylabel="f(x)", title="a curve and five tangents")
slope, intercept = tangent(curve, 1.8)
for axis, width in zip(axes[1:], (1.0, 0.1, 0.01)):
    x = np.linspace(1.8 - width, 1.8 + width, 100)
    axis.plot(x, curve(x), color="black")
    axis.plot(x, slope * x + intercept, "--")
    axis.set(title=f"within {width:g} of 1.8", xlabel="x")
figure.tight_layout()

# %% [markdown]
# ## To think about
#
# In the plot of Task 3, read off the best step of each method and the error there. Then find it on paper: the forward
# difference has an error of about $Ch + \varepsilon / h$ with $\varepsilon \approx 10^{-16}$, the central one of about
# $C h^2 + \varepsilon / h$. For which $h$ are the two parts equal, if $C$ is about 1? And now suppose that numbers are
# stored in 32 bits, as on most graphics cards, with $\varepsilon \approx 10^{-7}$: how many digits of a derivative can
# you hope for at best, and what does this mean for checking a network's gradients there?
