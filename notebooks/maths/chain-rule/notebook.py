# %% [markdown]
# # The chain rule: build a tiny autograd
#
# Every library that trains networks holds an *autograd*: you write down a calculation, and it hands you the derivative
# of the result with respect to every number that went in. There is no trick in it but the chain rule, applied to one
# small step at a time. In this notebook you build one, for single numbers, and train a neuron with it.
#
# The **chain rule**: if $z$ depends on $y$, and $y$ on $x$, then $\frac{dz}{dx} = \frac{dz}{dy} \cdot \frac{dy}{dx}$
# (NIST Digital Library of Mathematical Functions, section 1.4(iii)). Slopes along a path are *multiplied*. Where
# several paths lead from $x$ to $z$, each contributes its product, and the contributions are *added*.
#
# *A worked example:* $z = a b + a$ at $a = 2$, $b = 3$. Take it apart into $p = a \cdot b$ and $z = p + a$.
#
# | step | value | slope for its first part | for its second part |
# |---|---|---|---|
# | $p = a \cdot b$ | 6 | $\partial p / \partial a = b = 3$ | $\partial p / \partial b = a = 2$ |
# | $z = p + a$ | 8 | $\partial z / \partial p = 1$ | $\partial z / \partial a = 1$ |
#
# These *local* slopes are known as soon as a step is computed. From $z$ to $a$ there are two paths: through $p$ with
# $1 \cdot 3$, and directly with 1. So $\partial z / \partial a = 3 + 1 = 4$; and $\partial z / \partial b = 1 \cdot 2
# = 2$.
#
# Going backwards from the result, as here, is the *reverse mode* of automatic differentiation (Baydin, Pearlmutter,
# Radul and Siskind 2018, "Automatic differentiation in machine learning: a survey", *Journal of Machine Learning
# Research* 18, section 3.2). For networks it is called backpropagation.
#
# You need derivatives of simple functions, classes in Python, and recursion: functions that call themselves. Fill in
# what is missing, run the cells from the top, and hand in the saved notebook. You are graded on calculations that you
# haven't seen. Later tasks need earlier ones, but what you have solved earns its points even while another task is
# open: the cells that check or plot may fail without ending the run. A cell of your own that fails ends it. PyTorch is
# not available here.

# %%
import math
import time

import matplotlib.pyplot as plt
import numpy as np


class Value:
    """A number that remembers what it was computed from.

    data     the number itself
    sources  pairs (value, local slope): what it was computed from, and how much it changes per unit of each
    grad     the derivative of some result with respect to this value, once `backward` has been called for the result
    """

    def __init__(self, data, sources=()):
        self.data = float(data)
        self.sources = tuple(sources)
        self.grad = 0.0

    def __repr__(self):
        return f"Value({self.data:.4g}, grad={self.grad:.4g})"


def as_value(number):
    """Return a Value: a plain number becomes one that was computed from nothing."""
    return number if isinstance(number, Value) else Value(number)


# %% [markdown]
# The grader sends calculations as lists of steps, and runs them with your Values by the following functions. Leave
# them as they are, and read on; nothing here has to be understood. A step is the name of an operation, the place of
# its first part (the inputs come first, then the results of earlier steps), and the place of a second part or a plain
# number.

# %%
OPERATIONS = {
    "add": lambda known, first, second: known[first] + known[second],
    "multiply": lambda known, first, second: known[first] * known[second],
    "scale": lambda known, first, number: number * known[first],
    "shift": lambda known, first, number: known[first] + number,
    "power": lambda known, first, number: known[first] ** number,
    "exp": lambda known, first: known[first].exp(),
    "tanh": lambda known, first: known[first].tanh(),
}


def calculate(steps, inputs):
    """Return the result of the last step."""
    known = list(inputs)
    for name, *parts in steps:
        known.append(OPERATIONS[name](known, *parts))
    return known[-1]


def run_values(calculations):
    """The result of each calculation; nothing is differentiated."""
    return [calculate(steps, [Value(number) for number in numbers]).data for steps, numbers in calculations]


def run_gradients(calculations):
    """For each calculation a list: the result, then its derivative with respect to each input."""
    found = []
    for steps, numbers in calculations:
        inputs = [Value(number) for number in numbers]
        result = calculate(steps, inputs)
        result.backward()
        found.append([result.data, *(value.grad for value in inputs)])
    return found


# %% [markdown]
# ## Task 1: steps that remember
#
# Here is addition, complete. A sum grows by 1 when either part grows by 1, so both local slopes are 1. The last line
# makes Python call it for `a + b`, and, with a plain number on the left, for `1 + a`.

# %%
def add(a, b):
    """Return a + b; one of the two may be a plain number."""
    a, b = as_value(a), as_value(b)
    return Value(a.data + b.data, [(a, 1.0), (b, 1.0)])


Value.__add__ = Value.__radd__ = add

# %% [markdown]
# Write `multiply` in the same way. What are the local slopes of a product? The table above has an example.


# %%
def multiply(a, b):
    """Return a * b; one of the two may be a plain number."""
    a, b = as_value(a), as_value(b)
    ### BEGIN SOLUTION multiply
    return Value(a.data * b.data, [(a, b.data), (b, a.data)])
    ### STARTER
    # raise NotImplementedError("Return a Value with the product and the two local slopes.")
    ### END SOLUTION


Value.__mul__ = Value.__rmul__ = multiply
Value.__neg__ = lambda a: a * -1
Value.__sub__ = lambda a, b: a + as_value(b) * -1
Value.__rsub__ = lambda a, b: as_value(b) + a * -1

# %% tags=["public-check"]
a, b = Value(2), Value(3)
product = a * b
assert isinstance(product, Value), f"the product of two Values is a Value, not {product!r}"
assert product.data == 6, f"2 · 3 is 6; you have {product.data}"
assert (a * 5).data == 10 and (5 * a).data == 10, "plain numbers should do as well: leave the line with `as_value` in"
assert product.sources, "the product has forgotten what it was computed from: hand the sources to `Value`"
slopes = {id(source): slope for source, slope in product.sources}
assert slopes == {id(a): 3, id(b): 2}, "a · b grows by b = 3 per unit of a, and by a = 2 per unit of b"
print("Task 1 looks right.")

# %% [markdown]
# ## Task 2: backwards
#
# A result and all it was computed from form a graph. `backward(result)` fills in `grad` for every value in it: the
# derivative of the result with respect to that value. The recipe:
#
# 1. Bring the values into an order in which **every value comes after all of its sources** (a *topological order*).
# 2. Set `grad` of each to 0, so that an earlier call leaves nothing behind; then `grad` of the result to 1, since the
#    result changes by 1 per unit of itself.
# 3. Go through the values from the last to the first. Each hands its own `grad`, times the local slope, on to each of
#    its sources, and there it is *added*: a value that was used twice hears from both.
#
# Why the order? A value may only hand on its `grad` when that is complete, that is, when everything computed from it
# has been dealt with. And why each value once? In a chain of 40 steps that each use their predecessor twice there are
# $2^{40}$ paths, far too many to follow one by one; but only some dozens of values.
#
# First write `ordered(result)`, which returns the list of all values that the result depends on, itself included, each
# exactly once and after its sources. (Our graphs are at most a few hundred steps deep, so recursion is fine.)
#
# <details><summary>A worked hint: the same for getting dressed</summary>
#
# Before anything is put on, everything that it `needs` must be on; what is on already is skipped.
#
# ```python
# needs = {"coat": ["shirt", "trousers"], "shoes": ["socks", "trousers"], "shirt": [], "trousers": [], "socks": []}
# done = []
#
# def put_on(piece):
#     if piece not in done:
#         for other in needs[piece]:
#             put_on(other)
#         done.append(piece)
#
# put_on("shoes")  # done is now ["socks", "trousers", "shoes"]
# ```
#
# `piece not in done` searches the whole list, which is slow for long ones; a set beside it answers at once. Values
# can be put into a set like anything else.
#
# </details>


# %%
def ordered(result):
    """Return a list of all values that `result` depends on, and itself, each once and after its sources."""
    ### BEGIN SOLUTION ordered
    values, seen = [], set()

    def visit(value):
        if value not in seen:
            seen.add(value)
            for source, _ in value.sources:
                visit(source)
            values.append(value)

    visit(result)
    return values
    ### STARTER
    # raise NotImplementedError("Visit the sources of a value before you append the value itself.")
    ### END SOLUTION


# %% tags=["public-check"]
a, b = Value(2), Value(3)
p = Value(6, [(a, 3.0), (b, 2.0)])
z = Value(8, [(p, 1.0), (a, 1.0)])
values = ordered(z)
assert len(values) == 4, f"z depends on a, b, p and itself: 4 values, each once; you have {len(values)}"
places = {id(value): place for place, value in enumerate(values)}
assert set(places) == {id(a), id(b), id(p), id(z)}, "these are not the four values a, b, p and z"
assert places[id(p)] > max(places[id(a)], places[id(b)]), "p was computed from a and b, so it comes after both"
assert places[id(z)] == 3, "the result comes last"
print("`ordered` looks right.")


# %%
def backward(result):
    """Set the grad of every value in the graph to the derivative of `result` with respect to it."""
    ### BEGIN SOLUTION backward
    values = ordered(result)
    for value in values:
        value.grad = 0.0
    result.grad = 1.0
    for value in reversed(values):
        for source, slope in value.sources:
            source.grad += value.grad * slope
    ### STARTER
    # raise NotImplementedError("Follow the three points of the recipe.")
    ### END SOLUTION


Value.backward = backward

# %% tags=["public-check"]
a, b = Value(2), Value(3)
p = Value(6, [(a, 3.0), (b, 2.0)])
z = Value(8, [(p, 1.0), (a, 1.0)])
z.backward()
assert z.grad == 1, f"the result's own grad is 1; you have {z.grad}"
assert p.grad == 1 and b.grad == 2, f"z changes by 1 per unit of p and by 2 per unit of b; you have {p.grad} and {b.grad}"
assert a.grad == 4, f"two paths lead to a, with 3 and with 1; together 4, not {a.grad}"
z.backward()
assert a.grad == 4, f"a second call gives the same, 4; you have {a.grad}: were the grads set to 0?"
x = Value(1.0)
r = x
for _ in range(20):
    r = Value(r.data * 0.5, [(r, 0.25), (r, 0.25)])
started = time.process_time()
r.backward()
assert math.isclose(x.grad, 0.5**20), f"20 steps that halve the value: the slope is 0.5 to the power of 20; you have {x.grad}"
assert time.process_time() - started < 0.5, "far too slow for 21 values: does each of them hand on its grad just once?"
print("Task 2 looks right.")

# %% [markdown]
# Let us see your autograd at work. From here on there is also a second opinion: *finite differences* change one input a
# little and look at what the result does. They are never exact, and need two calculations *per input*; yours needs one
# sweep for all.


# %%
def finite_differences(function, numbers, h=1e-6):
    """Return the slopes of function(*numbers), one per number, measured by central differences."""
    slopes = []
    for place in range(len(numbers)):
        up = [number + h * (place == k) for k, number in enumerate(numbers)]
        down = [number - h * (place == k) for k, number in enumerate(numbers)]
        slopes.append((as_value(function(*up)).data - as_value(function(*down)).data) / (2 * h))
    return slopes


def exact_slopes(function, numbers):
    """Return the slopes of function(*numbers), one per number, from your `backward`."""
    inputs = [Value(number) for number in numbers]
    function(*inputs).backward()
    return [value.grad for value in inputs]


# %% tags=["public-check"]
def polynomial(a, b):
    square = a * a
    return square * b + 3 * square - b


measured, exact = finite_differences(polynomial, [1.5, -2.0]), exact_slopes(polynomial, [1.5, -2.0])
print("measured", measured, "exact", exact)
assert np.allclose(measured, exact, atol=1e-6), "the two differ: look at Tasks 1 and 2 again"

# %% [markdown]
# ## Task 3: more functions
#
# Any function can join in, if you know its slope. Write three more, each with one source:
#
# * `power(a, exponent)`: $a^n$, where the exponent $n$ is a plain number (negative or broken ones included);
# * `exp(a)`: $e^a$, its own derivative;
# * `tanh(a)`: $t = \tanh a$, whose slope is $1 - t^2$ (NIST Digital Library of Mathematical Functions, section 4.34).
#
# Use `math.exp` and `math.tanh` for the numbers. With the power there is also division: $a / b = a \cdot b^{-1}$.


# %%
def power(a, exponent):
    """Return a ** exponent for a Value a and a plain number."""
    ### BEGIN SOLUTION power
    return Value(a.data**exponent, [(a, exponent * a.data ** (exponent - 1))])
    ### STARTER
    # raise NotImplementedError("Return a Value with the power and its local slope.")
    ### END SOLUTION


def exp(a):
    """Return e ** a for a Value a."""
    ### BEGIN SOLUTION exp
    result = math.exp(a.data)
    return Value(result, [(a, result)])
    ### STARTER
    # raise NotImplementedError("Return a Value with the exponential and its local slope.")
    ### END SOLUTION


def tanh(a):
    """Return the hyperbolic tangent of a Value a."""
    ### BEGIN SOLUTION tanh
    result = math.tanh(a.data)
    return Value(result, [(a, 1 - result**2)])
    ### STARTER
    # raise NotImplementedError("Return a Value with the tangent and its local slope.")
    ### END SOLUTION


Value.__pow__ = power
Value.__truediv__ = lambda a, b: a * as_value(b) ** -1
Value.__rtruediv__ = lambda a, b: as_value(b) * a**-1
Value.exp = exp
Value.tanh = tanh

# %% tags=["public-check"]
assert math.isclose((Value(2) ** 3).data, 8), f"2 to the power of 3 is 8; you have {(Value(2) ** 3).data}"
measured, exact = finite_differences(lambda a: as_value(a) ** 3, [2.0]), exact_slopes(lambda a: a**3, [2.0])
assert np.allclose(measured, exact, atol=1e-6), f"the slope of a³ at 2 is about {measured[0]:.4f}; you have {exact[0]:.4f}"
measured, exact = finite_differences(lambda a: as_value(a) ** -0.5, [2.0]), exact_slopes(lambda a: a**-0.5, [2.0])
assert np.allclose(measured, exact, atol=1e-6), f"for the exponent −0.5 it is about {measured[0]:.4f}; you have {exact[0]:.4f}"
print("`power` looks right.")

# %% tags=["public-check"]
assert math.isclose(Value(1).exp().data, math.e), f"exp(1) is {math.e:.4f}; you have {Value(1).exp().data}"
measured, exact = finite_differences(lambda a: as_value(a).exp(), [1.5]), exact_slopes(lambda a: a.exp(), [1.5])
assert np.allclose(measured, exact, atol=1e-6), f"the slope of exp at 1.5 is about {measured[0]:.4f}; you have {exact[0]:.4f}"
print("`exp` looks right.")

# %% tags=["public-check"]
assert math.isclose(Value(1).tanh().data, math.tanh(1)), f"tanh(1) is {math.tanh(1):.4f}; you have {Value(1).tanh().data}"
measured, exact = finite_differences(lambda a: as_value(a).tanh(), [0.7]), exact_slopes(lambda a: a.tanh(), [0.7])
assert np.allclose(measured, exact, atol=1e-6), f"the slope of tanh at 0.7 is about {measured[0]:.4f}; you have {exact[0]:.4f}"
print("`tanh` looks right.")

# %% [markdown]
# ## Task 4: train a neuron
#
# A neuron with $d$ inputs computes $o = \tanh(w_1 x_1 + \dots + w_d x_d + b)$. Its weights $w$ and its bias $b$ are
# to be found, such that for each row $x_i$ of given inputs the output $o_i$ comes close to a target $t_i$. The loss
# is the *mean* of the squared errors, $L = \frac1n \sum_i (o_i - t_i)^2$.
#
# * `neuron(weights, bias, inputs)` returns the output, a Value. The weights (a list) and the bias are Values, the
#   inputs plain numbers. Write it as you would for plain numbers: your Values know how to multiply and add.
# * `train(rows, targets, weights, bias, rate, steps)` gets starting weights and bias as *plain numbers*, and repeats
#   `steps` times: make Values of the current weights and bias, compute the loss of all rows with them, call
#   `backward`, note the loss, and go a step downhill, $w_j \leftarrow w_j - \eta \, \partial L / \partial w_j$ and
#   the same for $b$, where $\eta$ is the `rate`. It returns three things: the list of weights and the bias after the
#   last step, as plain numbers, and the list of losses, one for each step and taken before it.
#
# *A worked example:* one row `[1.0]` with the target 1, from $w = 0$, $b = 0$. The output is $\tanh 0 = 0$ and the
# loss 1. Its derivative with respect to $w$ is $2 (o - t) \cdot (1 - o^2) \cdot x = 2 \cdot (-1) \cdot 1 \cdot 1 =
# -2$, and the same for $b$. With $\eta = 0.1$ one step leads to $w = 0.2$, $b = 0.2$. You won't need such formulas:
# `backward` knows.


# %%
def neuron(weights, bias, inputs):
    """Return tanh(weights · inputs + bias) as a Value: a list of Values, a Value, and a list of numbers go in."""
    ### BEGIN SOLUTION neuron
    total = bias
    for weight, number in zip(weights, inputs):
        total = total + weight * number
    return total.tanh()
    ### STARTER
    # raise NotImplementedError("Add up the products and the bias; then tanh.")
    ### END SOLUTION


def train(rows, targets, weights, bias, rate, steps):
    """Return (weights, bias, losses) after `steps` steps of gradient descent from the given weights and bias."""
    ### BEGIN SOLUTION train
    losses = []
    for _ in range(steps):
        w, b = [Value(weight) for weight in weights], Value(bias)
        loss = Value(0)
        for row, target in zip(rows, targets):
            loss = loss + (neuron(w, b, row) - target) ** 2
        loss = loss * (1 / len(rows))
        loss.backward()
        losses.append(loss.data)
        weights = [value.data - rate * value.grad for value in w]
        bias = b.data - rate * b.grad
    return weights, bias, losses
    ### STARTER
    # raise NotImplementedError("Per step: fresh Values, loss, backward, a step downhill.")
    ### END SOLUTION


# %% tags=["public-check"]
output = neuron([Value(0.5), Value(-1.0)], Value(0.25), [2.0, 0.5])
assert isinstance(output, Value), f"the output is a Value, not {output!r}"
assert math.isclose(output.data, math.tanh(0.75)), f"0.5·2 − 1·0.5 + 0.25 = 0.75, so the output is tanh(0.75); not {output.data}"
print("`neuron` looks right.")

# %% tags=["public-check"]
w, b, losses = train([[1.0]], [1.0], [0.0], 0.0, rate=0.1, steps=1)
assert np.allclose(losses, [1]), f"before the first step the loss is 1; you have {losses}"
assert np.allclose(w, [0.2]) and np.isclose(b, 0.2), f"one step leads to w = [0.2], b = 0.2; not {w}, {b}"
w, b, losses = train([[1.0], [1.0]], [1.0, 1.0], [0.0], 0.0, rate=0.1, steps=1)
assert np.allclose(w, [0.2]), f"two equal rows have the same mean as one: w = [0.2], not {w}"
w, b, losses = train([[1.0, 0.0], [0.0, 1.0]], [0.5, -0.5], [0.0, 0.0], 0.0, rate=0.5, steps=50)
assert len(losses) == 50 and losses[-1] < 0.001, f"50 losses that come close to 0, please; yours end with {losses[-3:]}"
print("Task 4 looks right.")

# %% [markdown]
# ## Look at it
#
# Sixty points of two kinds, a neuron that learns to tell them apart, and the gradient that you never had to derive. The
# black line is where the output is 0.

# %% tags=["raises-exception"]
rng = np.random.default_rng(3)
points = np.concatenate([rng.normal([1.2, 0.6], 0.7, (30, 2)), rng.normal([-0.8, -0.9], 0.7, (30, 2))])
kinds = np.repeat([1.0, -1.0], 30)
w, b, losses = train(points.tolist(), kinds.tolist(), [0.5, -1.0], 0.0, rate=0.3, steps=60)
figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4))
left.plot(losses)
left.set(xlabel="step", ylabel="mean squared error", ylim=(0, None))
across, up = np.meshgrid(np.linspace(-3, 3, 80), np.linspace(-3, 3, 80))
output = np.tanh(w[0] * across + w[1] * up + b)
shown = right.contourf(across, up, output, levels=np.linspace(-1, 1, 21), cmap="RdBu", alpha=0.4)
right.contour(across, up, output, levels=[0], colors="black")
right.scatter(*points.T, c=kinds, cmap="RdBu", edgecolors="black", s=25)
right.set(xlabel="first input", ylabel="second input", title="output of the trained neuron")
figure.colorbar(shown, ax=right)
figure.tight_layout()

# %% [markdown]
# ## To think about
#
# A network may have a million weights and one loss. How many times would finite differences have to run the whole
# network for one gradient, and how much work is `backward`, measured in runs? Now turn it round: one input and a
# million results, whose slopes you all want. Local slopes could also be handed *forwards*, from the input on, beside
# the values. What would one sweep give you then, and which of the two directions would you take for which problem?
