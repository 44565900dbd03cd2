# %% [markdown]
# # Sums of random variables
#
# Roll two dice and add them up: 7 comes far more often than 2. What is the distribution of a sum, if you know those of
# its parts? The answer is an operation that you also meet in image filters and networks, the *convolution*. In this
# notebook you write it, check it against thousands of simulated rolls, and add more and more dice until a curve
# appears that no die knows anything of.
#
# A *random variable* $X$ that takes the values 0, 1, 2, … is described by its *probability mass function* (pmf): how
# probable is each value? We store it as an array, where `p[k]` is the probability of the value $k$. No entry is
# negative, and all of them add up to 1. A die has no 0, so its array begins with one: `[0, 1/6, 1/6, 1/6, 1/6, 1/6,
# 1/6]`.
#
# You need NumPy's arrays and Python's loops. SciPy is not available here. Fill in what is missing, run the cells from
# the top, and hand in the saved notebook. You are graded on *new* distributions, so nothing may rely on the examples
# here. What you have solved earns its points even while another task is open: the cells that check or plot may fail
# without ending the run. A cell of your own that fails ends it.

# %%
import matplotlib.pyplot as plt
import numpy as np

die = np.array([0, 1, 1, 1, 1, 1, 1]) / 6
loaded = np.array([0, 1, 2, 3, 4, 6, 10]) / 26  # a die that likes high numbers

# %% [markdown]
# ## Task 1: the sum of two
#
# Let $X$ and $Y$ be *independent*: what one does tells you nothing about the other. Then the probability of $X = i$
# and $Y = j$ together is the product $p_i q_j$. The sum is $k$ in several ways, with $i = 0$ and $j = k$, with $i =
# 1$ and $j = k - 1$ and so on, and their probabilities add up:
#
# $$P(X + Y = k) = \sum_i p_i \, q_{k - i}$$
#
# This is the **convolution** of $p$ and $q$ (Grinstead and Snell 1997, *Introduction to Probability*, section 7.1,
# definition 7.1). The sum runs over all $i$ for which both entries exist.
#
# *A worked example:* $p = [0.5, 0.5]$ (a coin) and $q = [0.2, 0.3, 0.5]$. The sum 0 has the probability $0.5 \cdot
# 0.2 = 0.1$, the sum 1 has $0.5 \cdot 0.3 + 0.5 \cdot 0.2 = 0.25$, the sum 2 has $0.5 \cdot 0.5 + 0.5 \cdot 0.3 =
# 0.4$, and the sum 3 has $0.5 \cdot 0.5 = 0.25$. Together 1.
#
# Write `pmf_of_sum(p, q)`. The largest sum is the sum of the two largest values: how long is the result?
#
# <details><summary>A hint</summary>
#
# There are two ways to look at it. Either go through all pairs $(i, j)$, and add the probability of each pair to the
# right entry of an array of zeros. Or see what a single $i$ contributes: the whole of $q$, moved to the right by $i$
# places and multiplied by $p_i$. With `total = np.zeros(6)`, the line `total[2:5] += [1, 2, 3]` adds three numbers from
# place 2 on.
#
# </details>


# %%
def pmf_of_sum(p, q):
    """Return the pmf of X + Y for independent X and Y with the pmfs p and q (arrays, maybe of different lengths)."""
    ### BEGIN SOLUTION sum
    total = np.zeros(len(p) + len(q) - 1)
    for i, probability in enumerate(p):
        total[i : i + len(q)] += probability * np.asarray(q)
    return total
    ### STARTER
    # raise NotImplementedError("Add up the probabilities of all ways to reach each sum.")
    ### END SOLUTION


# %% tags=["public-check"]
total = pmf_of_sum(np.array([0.5, 0.5]), np.array([0.2, 0.3, 0.5]))
assert np.shape(total) == (4,), f"the sums 0, 1, 2, 3: expected the shape (4,), not {np.shape(total)}"
assert np.allclose(total, [0.1, 0.25, 0.4, 0.25]), f"the worked example gives 0.1, 0.25, 0.4, 0.25; you have {total}"
two = pmf_of_sum(die, die)
assert np.shape(two) == (13,), f"two dice show at most 12: expected the shape (13,), not {np.shape(two)}"
assert np.isclose(np.sum(two), 1), f"probabilities add up to 1; yours to {np.sum(two)}"
assert np.isclose(two[7], 1 / 6), f"6 of 36 equally probable pairs give 7; you have {two[7]:.4f}"
print("Task 1 looks right.")

# %% [markdown]
# ## Task 2: the sum of many
#
# A sum of three is a sum of two, plus one more. Write `pmf_of_many(p, n)`: the pmf of $X_1 + \dots + X_n$, where all
# $n$ are independent of each other and have the same pmf `p`. For $n = 1$ it is `p` itself.


# %%
def pmf_of_many(p, n):
    """Return the pmf of the sum of n independent random variables with the pmf p each; n is 1 or more."""
    ### BEGIN SOLUTION many
    total = np.asarray(p)
    for _ in range(n - 1):
        total = pmf_of_sum(total, p)
    return total
    ### STARTER
    # raise NotImplementedError("Start with one, add the others.")
    ### END SOLUTION


# %% tags=["public-check"]
coin = np.array([0.5, 0.5])
assert np.allclose(pmf_of_many(coin, 1), coin), f"a single coin stays what it is; you have {pmf_of_many(coin, 1)}"
three = pmf_of_many(coin, 3)
assert np.shape(three) == (4,), f"three coins show 0 to 3 heads: expected the shape (4,), not {np.shape(three)}"
assert np.allclose(three, [0.125, 0.375, 0.375, 0.125]), f"1, 3, 3 and 1 of 8 ways; you have {three}"
print("Task 2 looks right.")

# %% [markdown]
# ## Task 3: where it lies, and how wide it is
#
# The *expected value* (mean) and the *variance* of a random variable are
#
# $$\mu = \sum_k k \, p_k, \qquad \sigma^2 = \sum_k (k - \mu)^2 \, p_k$$
#
# (Grinstead and Snell 1997, sections 6.1 and 6.2). The root $\sigma$ of the variance is the *standard deviation*. Write
# `mean_and_variance(p)`, which returns the two numbers $\mu$ and $\sigma^2$.
#
# *A worked example:* a coin with $p = [0.5, 0.5]$ has $\mu = 0 \cdot 0.5 + 1 \cdot 0.5 = 0.5$ and $\sigma^2 = 0.25
# \cdot 0.5 + 0.25 \cdot 0.5 = 0.25$. `np.arange(len(p))` are the values 0, 1, 2, …


# %%
def mean_and_variance(p):
    """Return (mean, variance) of a random variable with the pmf p."""
    ### BEGIN SOLUTION moments
    values = np.arange(len(p))
    mean = np.sum(values * p)
    return mean, np.sum((values - mean) ** 2 * p)
    ### STARTER
    # raise NotImplementedError("Weight each value, then each squared distance, with its probability.")
    ### END SOLUTION


# %% tags=["public-check"]
mean, variance = mean_and_variance(np.array([0.5, 0.5]))
assert np.isclose(mean, 0.5) and np.isclose(variance, 0.25), f"a coin has 0.5 and 0.25; you have {mean} and {variance}"
mean, variance = mean_and_variance(die)
assert np.isclose(mean, 3.5), f"a die shows 3.5 on average; you have {mean}"
assert np.isclose(variance, 35 / 12), f"the variance of a die is 35/12 ≈ 2.917; you have {variance}"
print("Task 3 looks right.")

# %% [markdown]
# Look at how the figures change as dice are added. What do you notice about the means, and about the variances? What
# about the standard deviations?

# %% tags=["raises-exception"]
for n in (1, 2, 3, 4, 8):
    mean, variance = mean_and_variance(pmf_of_many(loaded, n))
    print(f"{n} loaded dice: mean {mean:7.3f}, variance {variance:7.3f}, standard deviation {variance**0.5:6.3f}")

# %% [markdown]
# ## Task 4: is it true?
#
# You could have made a mistake, and formulas don't complain. So roll the dice and count. Write two functions:
#
# * `simulate(p, n, rolls, seed)` returns an array of `rolls` whole numbers. Each is the sum of $n$ independent random
#   values with the pmf `p`. All randomness comes from a generator that is made from `seed`, so that another seed gives
#   other rolls.
# * `chi_square(counts, p)` measures how far counts are from what a pmf lets us expect. `counts[k]` says how many times
#   the value $k$ came up. Of $N$ rolls in all we expect $N p_k$ times the value $k$, and Pearson's statistic is
#
# $$\chi^2 = \sum_k \frac{(\text{counts}_k - N p_k)^2}{N p_k}$$
#
# (Pearson 1900, *Philosophical Magazine* 50; NIST/SEMATECH e-Handbook of Statistical Methods, section 1.3.5.15).
# Leave out the values with $p_k = 0$, which can't come up. (Had one of them come up, no test would be needed.)
#
# *A worked example:* 60 rolls of a coin with $p = [0.5, 0.5]$ gave 36 and 24. Expected are 30 and 30, so $\chi^2 =
# 36/30 + 36/30 = 2.4$.
#
# *A worked example of random values:* `rng = np.random.default_rng(5)` makes a generator from the seed 5, and
# `rng.choice(3, size=(4, 2), p=[0.2, 0.3, 0.5])` draws a table of 4 rows and 2 columns from 0, 1 and 2 with these
# probabilities, each entry independently of the others.


# %%
def simulate(p, n, rolls, seed):
    """Return `rolls` sums of n independent random values with the pmf p: an array of whole numbers, shape (rolls,)."""
    ### BEGIN SOLUTION simulate
    rng = np.random.default_rng(seed)
    return rng.choice(len(p), size=(rolls, n), p=p).sum(axis=1)
    ### STARTER
    # raise NotImplementedError("Draw n values for each roll, and add them up.")
    ### END SOLUTION


def chi_square(counts, p):
    """Return Pearson's statistic, a single number, for counts and a pmf p of one shape; entries with p = 0 are left out."""
    ### BEGIN SOLUTION chi_square
    counts, p = np.asarray(counts), np.asarray(p)
    expected = counts.sum() * p
    kept = expected > 0
    return np.sum((counts - expected)[kept] ** 2 / expected[kept])
    ### STARTER
    # raise NotImplementedError("Expected counts first.")
    ### END SOLUTION


# %% tags=["public-check"]
sums = np.asarray(simulate(die, 2, 6000, seed=1))
assert sums.shape == (6000,), f"6000 rolls, 6000 sums: expected the shape (6000,), not {sums.shape}"
assert sums.min() >= 2 and sums.max() <= 12, f"two dice show 2 to 12; yours {sums.min()} to {sums.max()}"
assert (sums % 2 == 1).any(), "every sum is even: are the two values drawn independently of each other?"
assert abs(np.mean(sums) - 7) < 0.2, f"the mean of two dice is 7; yours have {np.mean(sums):.2f}"
assert not np.array_equal(sums, simulate(die, 2, 6000, seed=2)), "another seed should give other rolls"
assert abs(np.mean(simulate(np.array([0.9, 0.1]), 5, 6000, seed=3)) - 0.5) < 0.06, "does `p` reach your generator?"
print("`simulate` looks right.")

# %% tags=["public-check"]
found = chi_square(np.array([36, 24]), np.array([0.5, 0.5]))
assert np.shape(found) == (), f"the statistic is a single number, not an array of shape {np.shape(found)}"
assert np.isclose(found, 2.4), f"the worked example gives 2.4; you have {found}"
found = chi_square(np.array([0, 10, 30]), np.array([0.0, 0.5, 0.5]))
assert np.isclose(found, 10), f"with an impossible value left out it is 100/20 + 100/20 = 10; you have {found}"
print("`chi_square` looks right.")

# %% [markdown]
# Is a $\chi^2$ of 10 much? Even a true pmf never agrees exactly with counts, so a test must know what chance alone
# does. If the pmf is right and all expected counts are large enough (five is the usual rule), $\chi^2$ varies from
# one simulation to the next with the mean $m$ and the variance $2m$, where $m$ is the number of possible values less
# 1 (the chi-square distribution with $m$ *degrees of freedom*; same handbook, section 1.3.6.6.6). Two dice have 11
# possible sums, so $m = 10$: values around 10 are normal, and beyond 55 chance alone gets less than once in ten
# million tries.
#
# A test that fails a right answer at most so rarely is what the grader uses for your `simulate`, too.

# %% tags=["raises-exception"]
rolls = 20_000
claim = pmf_of_sum(die, die)
equal = np.array([0, 0] + [1 / 11] * 11)
print("chi-square of eight simulations, for the claim that the convolution is right and that all sums are alike:")
for seed in range(8):
    counts = np.bincount(simulate(die, 2, rolls, seed), minlength=13)
    print(f"{chi_square(counts, claim):8.1f} {chi_square(counts, equal):8.1f}")

# %% [markdown]
# ## Task 5: towards the bell curve
#
# Sums of many dice lie further and further to the right and get wider and wider. To compare their *shapes*, move each
# distribution to mean 0 and squeeze it to standard deviation 1. The value $k$ goes to
#
# $$z_k = \frac{k - \mu}{\sigma}.$$
#
# Neighbouring $z_k$ are $1 / \sigma$ apart. A bar on each, of this width, has the area $p_k$ if its height is $\sigma
# p_k$. (Grinstead and Snell 1997, section 9.2, do the same.)
#
# Write `standardised(p)`, which returns the two arrays: all $z_k$ and all heights $\sigma p_k$.
#
# *A worked example:* three coins have $p = [1, 3, 3, 1] / 8$, $\mu = 1.5$ and $\sigma^2 = 0.75$. So $\sigma \approx
# 0.866$, $z \approx [-1.73, -0.58, 0.58, 1.73]$, and the heights are about $[0.108, 0.325, 0.325, 0.108]$.


# %%
def standardised(p):
    """Return (z, heights): the values moved to mean 0 and deviation 1, and the bars' heights there; shapes as p."""
    ### BEGIN SOLUTION standardised
    mean, variance = mean_and_variance(p)
    deviation = np.sqrt(variance)
    return (np.arange(len(p)) - mean) / deviation, deviation * np.asarray(p)
    ### STARTER
    # raise NotImplementedError("Mean and variance first.")
    ### END SOLUTION


# %% tags=["public-check"]
z, heights = standardised(np.array([1, 3, 3, 1]) / 8)
assert np.shape(z) == (4,) and np.shape(heights) == (4,), f"two arrays like p, not {np.shape(z)} and {np.shape(heights)}"
assert np.allclose(z, [-1.732, -0.577, 0.577, 1.732], atol=1e-3), f"divide by the deviation, not the variance; you have {z}"
assert np.allclose(heights, [0.108, 0.325, 0.325, 0.108], atol=1e-3), f"the bars should have the areas p; you have {heights}"
print("Task 5 looks right.")

# %% [markdown]
# ## Look at it
#
# Above: two dice, computed and rolled. Why the convolution gives a triangle shows in the table: each sum is a
# diagonal, and all 36 squares are equally probable. Below: sums of 1, 2, 4 and 8 loaded dice, and the density of the
# normal distribution,
#
# $$\varphi(z) = \frac{1}{\sqrt{2 \pi}} \, e^{-z^2 / 2}$$
#
# (NIST/SEMATECH e-Handbook, section 1.3.6.6.1). Whatever the die, as long as its variance is finite and not 0, the
# sum of many comes close to it: the *central limit theorem*.

# %% tags=["raises-exception"]
figure, axes = plt.subplots(1, 2, figsize=(11, 3.8))
faces = np.arange(1, 7)
axes[0].imshow(faces[:, None] + faces, cmap="viridis", extent=(0.5, 6.5, 6.5, 0.5))
for i in faces:
    for j in faces:
        axes[0].text(j, i, i + j, ha="center", va="center", color="white" if i + j < 9 else "black")
axes[0].set(xlabel="second die", ylabel="first die", title="their sum")
axes[1].bar(np.arange(13), pmf_of_sum(die, die), color="C0", alpha=0.5, label="convolution")
axes[1].plot(np.arange(13), counts / rolls, "o", color="black", label=f"{rolls} simulated rolls")
axes[1].set(xlabel="sum of two dice", ylabel="probability")
axes[1].legend()
figure.tight_layout()

# %% tags=["raises-exception"]
figure, axes = plt.subplots(1, 4, figsize=(14, 3.2), sharey=True)
fine = np.linspace(-4, 4, 200)
for axis, n in zip(axes, (1, 2, 4, 8)):
    z, heights = standardised(pmf_of_many(loaded, n))
    axis.bar(z, heights, width=z[1] - z[0], alpha=0.5, edgecolor="C0")
    axis.plot(fine, np.exp(-(fine**2) / 2) / np.sqrt(2 * np.pi), color="black")
    gap = np.max(np.abs(heights - np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)))
    axis.set(title=f"{n} loaded {'die' if n == 1 else 'dice'}: off by {gap:.3f}", xlabel="z", xlim=(-4, 4))
figure.tight_layout()

# %% [markdown]
# Convolution has a place in NumPy, `np.convolve(p, q)`. Its documentation names this very use: the distribution of a
# sum of two random variables. Compare it with your `pmf_of_sum`.
#
# ## To think about
#
# Take one die and double what it shows, in place of rolling a second one. Which pmf has the sum now, and what are its
# mean and its variance? Where does the formula of Task 1 go wrong? And then a lottery ticket, which wins 1 with the
# probability 1 % and nothing otherwise: how many tickets does it take until the winnings are as close to the bell curve
# as four loaded dice are? (Try it in a copy of the last plot.) What in the shape of a pmf makes the way to the bell
# curve long?
