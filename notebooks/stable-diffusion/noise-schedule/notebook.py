# %% [markdown]
# # Noise schedules
#
# A diffusion model is trained on pictures to which noise was added. *How much* noise, at each of some hundred steps
# from a clean picture to pure noise, is fixed beforehand by a **noise schedule**. There is nothing to learn in it: it is
# a list of numbers. In this notebook you write the two best-known ones, add noise by them, measure what is left of
# the picture, and take the noise away again.
#
# You need NumPy's arrays and how they broadcast, and you should know what mean and variance of a random variable
# are. Fill in what is missing, run the cells from the top, and hand in the saved notebook. Your functions are graded
# on *new* pictures, noise and schedules of other lengths. What you have solved earns its points even while another
# task is open: the cells that check or plot may fail without ending the run. A cell of your own that fails ends it.
#
# **Notation.** $x_0$ is a clean picture with values from −1 to 1, $x_t$ the picture after $t$ of $T$ steps. The papers
# count the steps from 1, Python counts from 0: so `betas[0]` is the paper's $\beta_1$, `betas[T - 1]` is $\beta_T$, and
# index `t` in code means "after step $t + 1$" on paper. $\varepsilon$ is *standard normal noise*: every pixel is drawn
# on its own, with mean 0 and variance 1.

# %%
import matplotlib.pyplot as plt
import numpy as np

rng = np.random.default_rng(3)

# A picture of ours, from 0 to 255, scaled to -1 to 1 as in Ho et al. 2020, section 3.3.
balloon = np.load("data/balloon.npy") / 127.5 - 1
print(balloon.shape, balloon.min().round(2), balloon.max().round(2))

# %% [markdown]
# ## Task 1: one step after another
#
# Each step keeps a little less of the picture and adds a little noise (Ho, Jain & Abbeel 2020, "Denoising Diffusion
# Probabilistic Models", DDPM for short, equation 2):
#
# $$x_t = \sqrt{1 - \beta_t}\; x_{t-1} + \sqrt{\beta_t}\; \varepsilon_t .$$
#
# The small number $\beta_t$ is the **variance** of the noise that is added. Why shrink the picture at all? Because
# variances of independent things add up, and factors count squared: if the pixels of $x_{t-1}$ have the variance 1, then
# those of $x_t$ have $(1 - \beta_t) \cdot 1 + \beta_t = 1$ again. Nothing grows, however many steps are taken.
#
# DDPM lets $\beta_t$ grow in equal steps from $\beta_1 = 10^{-4}$ to $\beta_T = 0.02$, both included, with $T = 1000$
# (section 4): the **linear schedule**.
#
# Write `linear_betas(steps, first, last)`, which returns the array of all $\beta_t$, and `walk(x0, betas, noises)`, which
# starts at `x0`, takes one step for each beta, and returns the last picture. `noises[t]` is the noise of step `t`.
#
# *A worked example, with a single pixel:* $x_0 = 2$, $\beta_1 = 0.36$, $\varepsilon_1 = -1$ give
# $x_1 = \sqrt{0.64} \cdot 2 + \sqrt{0.36} \cdot (-1) = 1.6 - 0.6 = 1$.


# %%
def linear_betas(steps, first=1e-4, last=0.02):
    """Return `steps` betas from `first` to `last`, equally far apart: shape (steps,)."""
    ### BEGIN SOLUTION linear
    return np.linspace(first, last, steps)
    ### STARTER
    # raise NotImplementedError("Return the betas of the linear schedule.")
    ### END SOLUTION


def walk(x0, betas, noises):
    """Return the picture after all steps: x0 has any shape S, betas the shape (T,), noises the shape (T, *S)."""
    ### BEGIN SOLUTION walk
    x = x0
    for beta, noise in zip(betas, noises):
        x = np.sqrt(1 - beta) * x + np.sqrt(beta) * noise
    return x
    ### STARTER
    # raise NotImplementedError("Take one step for each beta.")
    ### END SOLUTION


# %% tags=["public-check"]
betas = linear_betas(3, 0.1, 0.5)
assert np.shape(betas) == (3,), f"three steps, three betas: expected the shape (3,), not {np.shape(betas)}"
assert np.allclose(betas, [0.1, 0.3, 0.5]), f"three equal steps from 0.1 to 0.5, both included; you have {betas}"
print("The linear schedule looks right.")

# %% tags=["public-check"]
one = walk(np.array([2.0]), np.array([0.36]), np.array([[-1.0]]))
assert np.shape(one) == (1,), f"the picture keeps its shape: expected (1,), not {np.shape(one)}"
assert np.allclose(one, [1.0]), f"the worked example comes to 1; you have {one}"
two = walk(np.array([2.0]), np.array([0.36, 0.75]), np.array([[-1.0], [0.0]]))
assert np.allclose(two, [0.5]), f"a second step with beta 0.75 and no noise halves the 1; you have {two}"
print("The walk looks right.")

# %% [markdown]
# ## Task 2: the same in one jump
#
# Training needs pictures at random $t$, and walking there each time would take forever. There is no need to. With
#
# $$\bar\alpha_t = \prod_{s=1}^{t} (1 - \beta_s),$$
#
# the product of all shares kept so far, it follows that (DDPM, equation 4)
#
# $$q(x_t \mid x_0) = \mathcal N\!\left(x_t;\; \sqrt{\bar\alpha_t}\, x_0,\; (1 - \bar\alpha_t) I\right), \qquad \text{in other
# words} \qquad x_t = \sqrt{\bar\alpha_t}\; x_0 + \sqrt{1 - \bar\alpha_t}\; \varepsilon .$$
#
# The second parameter of $\mathcal N$ is a *variance*; what you multiply noise by is a *standard deviation*. Here is
# why it holds for two steps: the picture is multiplied by $\sqrt{1 - \beta_1}\sqrt{1 - \beta_2} = \sqrt{\bar\alpha_2}$;
# the variances of the two noises add up to $(1 - \beta_2)\,\beta_1 + \beta_2 = 1 - (1 - \beta_1)(1 - \beta_2) = 1 -
# \bar\alpha_2$, and a sum of normal noises is normal noise.
#
# Write `alpha_bars(betas)`, and `add_noise(x0, t, noise, alpha_bar)` for a whole batch, in which every picture has a `t`
# of its own: `x0` and `noise` have the shape `(n, height, width)`, `t` holds `n` whole numbers, and `alpha_bar` is
# the array of a whole schedule.
#
# *A worked example:* `np.array([5.0, 6.0, 7.0])[np.array([2, 0])]` is `[7, 5]`: an array of indices picks several entries
# at once. To multiply each of `n` pictures by a number of its own, the `n` numbers need the shape `(n, 1, 1)`;
# `numbers[:, None, None]` gives them that.


# %%
def alpha_bars(betas):
    """Return the products of 1 - beta up to and including each step: shape (T,), like betas."""
    ### BEGIN SOLUTION alpha_bars
    return np.cumprod(1 - betas)
    ### STARTER
    # raise NotImplementedError("Return one product per step.")
    ### END SOLUTION


def add_noise(x0, t, noise, alpha_bar):
    """Return the noisy pictures (n, height, width); picture i is at step t[i] of the schedule alpha_bar (T,)."""
    ### BEGIN SOLUTION add_noise
    kept = alpha_bar[t][:, None, None]
    return np.sqrt(kept) * x0 + np.sqrt(1 - kept) * noise
    ### STARTER
    # raise NotImplementedError("Mix each picture with its noise, by its own step.")
    ### END SOLUTION


# %% tags=["public-check"]
products = alpha_bars(np.array([0.5, 0.2, 0.1]))
assert np.shape(products) == (3,), f"one product per step: expected the shape (3,), not {np.shape(products)}"
assert np.allclose(products, [0.5, 0.4, 0.36]), f"0.5, then 0.5 · 0.8, then 0.5 · 0.8 · 0.9; you have {products}"
print("The products look right.")

# %% tags=["public-check"]
pictures, ones = np.array([[[1.0, -1.0]], [[1.0, -1.0]]]), np.ones((2, 1, 2))
noisy = add_noise(pictures, np.array([1, 0]), ones, np.array([0.64, 0.36]))
assert np.shape(noisy) == (2, 1, 2), f"pictures keep their shape: expected (2, 1, 2), not {np.shape(noisy)}"
assert np.allclose(noisy[0], [[1.4, 0.2]]), (
    f"the first is at t = 1: 0.6 · (1, −1) + 0.8 · (1, 1) = (1.4, 0.2); you have {noisy[0]}"
)
assert np.allclose(noisy[1], [[1.4, -0.2]]), f"the second is at t = 0 and gives (1.4, −0.2); you have {noisy[1]}"
print("The jump looks right.")

# %% [markdown]
# Does the jump land where the walk does? Not on the same value, since the noises differ, but on the same *distribution*.
# Here are 10,000 copies of a pixel of the value 0.8, walked for 100 steps and jumped.

# %% tags=["raises-exception"]
betas = linear_betas(100)
pixels = np.full(10_000, 0.8)
walked = walk(pixels, betas, rng.normal(size=(100, 10_000)))
jumped = add_noise(pixels.reshape(-1, 1, 1), np.full(10_000, 99), rng.normal(size=(10_000, 1, 1)), alpha_bars(betas))
plt.figure(figsize=(6, 3))
plt.hist([walked, jumped.ravel()], bins=40, histtype="step", label=["walked", "jumped"])
plt.xlabel("value of the pixel after 100 steps")
plt.legend()
plt.show()
print(f"means {walked.mean():.3f} and {jumped.mean():.3f}, deviations {walked.std():.3f} and {jumped.std():.3f}")

# %% [markdown]
# ## Task 3: how much is left?
#
# The **signal-to-noise ratio** compares the variance that comes from the picture with that of the noise. For $x_t$ as
# above and pixels of variance 1 it is (Kingma et al. 2021, "Variational Diffusion Models")
#
# $$\mathrm{SNR}(t) = \frac{\bar\alpha_t}{1 - \bar\alpha_t}.$$
#
# At 1 there is as much noise as picture; it falls at every step. Write `signal_to_noise(alpha_bar)`, which gives it for
# a whole schedule, and `first_below(alpha_bar, level)`, which gives the index of the *first* step whose ratio is smaller
# than `level` (there will always be one).
#
# *A worked example:* for `A = np.array([8, 5, 3])` the comparison `A < 6` is `[False, True, True]`, and counted as
# numbers these are 0, 1 and 1.


# %%
def signal_to_noise(alpha_bar):
    """Return the signal-to-noise ratio at each step of the schedule: shape (T,)."""
    ### BEGIN SOLUTION snr
    return alpha_bar / (1 - alpha_bar)
    ### STARTER
    # raise NotImplementedError("Return one ratio per step.")
    ### END SOLUTION


def first_below(alpha_bar, level):
    """Return the index of the first step whose signal-to-noise ratio is below level: a whole number."""
    ### BEGIN SOLUTION first_below
    return int(np.argmax(signal_to_noise(alpha_bar) < level))
    ### STARTER
    # raise NotImplementedError("Find the first step below the level.")
    ### END SOLUTION


# %% tags=["public-check"]
ratios = signal_to_noise(np.array([0.9, 0.5, 0.2]))
assert np.shape(ratios) == (3,), f"one ratio per step: expected the shape (3,), not {np.shape(ratios)}"
assert np.allclose(ratios, [9, 1, 0.25]), f"0.9 / 0.1 = 9, 0.5 / 0.5 = 1, 0.2 / 0.8 = 0.25; you have {ratios}"
print("The ratios look right.")

# %% tags=["public-check"]
found = first_below(np.array([0.9, 0.5, 0.2, 0.1]), 0.5)
assert np.shape(found) == (), f"a single index, please, not {found!r}"
assert found == 2, f"the ratios are 9, 1, 0.25 and 0.11: the first below 0.5 stands at index 2, not {found}"
assert first_below(np.array([0.4, 0.2]), 5.0) == 0, "here the ratio is below 5 from the start: index 0"
print("The search looks right.")

# %% [markdown]
# ## Task 4: a schedule that takes its time
#
# Nichol & Dhariwal (2021, "Improved Denoising Diffusion Probabilistic Models", section 3.2) saw that the linear schedule
# turns small pictures into noise too early: its last part teaches the model little. They chose the
# $\bar\alpha_t$ first, on a cosine (their equation 17), and worked out the betas from them:
#
# $$\bar\alpha_t = \frac{f(t)}{f(0)}, \qquad f(t) = \cos^2\!\left(\frac{t/T + s}{1 + s} \cdot \frac{\pi}{2}\right), \qquad
# \beta_t = \min\!\left(1 - \frac{\bar\alpha_t}{\bar\alpha_{t-1}},\; 0.999\right),$$
#
# with $s = 0.008$, for $t = 1, \dots, T$. The offset $s$ keeps the first betas from being vanishingly small. At $t = T$
# the cosine is zero and the last beta would be 1; capped at 0.999 it leaves a trace of the picture, so that nothing is
# ever divided by zero. Write `cosine_betas(steps, s)`. This time $t$ is counted as in the paper: you need $f$ at the $T + 1$
# points $0, \dots, T$ to get $T$ betas.
#
# *A worked example:* for `A = np.array([8, 4, 1])`, `A[1:] / A[:-1]` is `[0.5, 0.25]`, each entry divided by the one before
# it. `np.minimum(A, 5)` is `[5, 4, 1]`. A factor that all entries share, such as $1 / f(0)$, cancels when you divide.


# %%
def cosine_betas(steps, s=0.008):
    """Return the betas of the cosine schedule, none above 0.999: shape (steps,)."""
    ### BEGIN SOLUTION cosine
    f = np.cos((np.arange(steps + 1) / steps + s) / (1 + s) * np.pi / 2) ** 2
    return np.minimum(1 - f[1:] / f[:-1], 0.999)
    ### STARTER
    # raise NotImplementedError("Return the betas of the cosine schedule.")
    ### END SOLUTION


# %% tags=["public-check"]
betas = cosine_betas(3, 0.5)
assert np.shape(betas) == (3,), f"three steps, three betas: expected the shape (3,), not {np.shape(betas)}"
assert betas[-1] <= 0.999, f"no beta is above 0.999; your last one is {betas[-1]}"
assert np.allclose(betas, [0.449099, 0.716881, 0.999]), (
    f"with three steps and s = 0.5 the betas are 0.4491, 0.7169 and 0.999; you have {np.round(betas, 4)}"
)
print("The cosine schedule looks right.")

# %% [markdown]
# ## Task 5: and back
#
# If somebody told you the noise, you could solve the jump for $x_0$. A diffusion model does exactly that: a network
# predicts the noise $\varepsilon$, and what it thinks the clean picture looks like is (DDPM, equation 15)
#
# $$\hat x_0 = \frac{x_t - \sqrt{1 - \bar\alpha_t}\; \hat\varepsilon}{\sqrt{\bar\alpha_t}} .$$
#
# Write `remove_noise(xt, t, noise, alpha_bar)`, for batches as in Task 2. With the true noise it is the exact reverse of
# `add_noise`.


# %%
def remove_noise(xt, t, noise, alpha_bar):
    """Return the clean pictures (n, height, width) of which add_noise would have made xt."""
    ### BEGIN SOLUTION remove_noise
    kept = alpha_bar[t].reshape(-1, 1, 1)
    return (xt - np.sqrt(1 - kept) * noise) / np.sqrt(kept)
    ### STARTER
    # raise NotImplementedError("Solve the jump for x0.")
    ### END SOLUTION


# %% tags=["public-check"]
clean = remove_noise(np.array([[[1.4, 0.2]], [[1.4, -0.2]]]), np.array([1, 0]), np.ones((2, 1, 2)), np.array([0.64, 0.36]))
assert np.shape(clean) == (2, 1, 2), f"pictures keep their shape: expected (2, 1, 2), not {np.shape(clean)}"
assert np.allclose(clean, [[[1, -1]], [[1, -1]]]), f"these are the noisy pictures of Task 2; both were (1, −1), not {clean}"
print("The way back looks right.")

# %% [markdown]
# ## Look at it
#
# The balloon on its way into noise, by both schedules with 1000 steps. Below, what is left of it at each step; the ratio is
# drawn on a logarithmic scale. Where do the schedules differ most, to the eye and on the curves?

# %% tags=["raises-exception"]
schedules = {"linear": alpha_bars(linear_betas(1000)), "cosine": alpha_bars(cosine_betas(1000))}
steps = np.array([0, 150, 300, 450, 600, 750, 999])
figure, axes = plt.subplots(2, 7, figsize=(12, 3.8))
for row, (name, alpha_bar) in zip(axes, schedules.items()):
    noisy = add_noise(np.stack([balloon] * 7), steps, rng.normal(size=(7, 96, 96)), alpha_bar)
    for axis, picture, t in zip(row, noisy, steps):
        axis.imshow(picture, cmap="gray", vmin=-2, vmax=2)
        axis.set(title=f"t = {t}", xticks=[], yticks=[])
    row[0].set_ylabel(name)
figure.tight_layout()

# %% tags=["raises-exception"]
figure, (left, right) = plt.subplots(1, 2, figsize=(11, 3.5))
for name, alpha_bar in schedules.items():
    left.plot(np.sqrt(alpha_bar), label=name)
    right.plot(signal_to_noise(alpha_bar), label=name)
    print(f"{name}: as much noise as picture from t = {first_below(alpha_bar, 1.0)} on")
left.set(xlabel="t", ylabel="factor of the picture")
right.set(xlabel="t", ylabel="signal-to-noise ratio", yscale="log", ylim=(1e-5, 1e5))
right.axhline(1, linestyle="--", color="gray")
left.legend()
figure.tight_layout()

# %% [markdown]
# Now guess the noise wrongly by a little, as a network would, and take it away. The same small error is harmless at
# an early step and ruins the picture at a late one. Which factor in `remove_noise` is to blame?

# %% tags=["raises-exception"]
noise = rng.normal(size=(7, 96, 96))
noisy = add_noise(np.stack([balloon] * 7), steps, noise, schedules["linear"])
guessed = remove_noise(noisy, steps, noise + rng.normal(0, 0.05, noise.shape), schedules["linear"])
figure, axes = plt.subplots(1, 7, figsize=(12, 2.2))
for axis, picture, t in zip(axes, guessed, steps):
    axis.imshow(picture, cmap="gray", vmin=-1, vmax=1)
    axis.set(title=f"from t = {t}", xticks=[], yticks=[])
figure.tight_layout()

# %% [markdown]
# ## To think about
#
# Sampling starts from pure noise, as if it were a picture at the last step. Work out how much of the picture the linear
# schedule really leaves there, for 1000 steps and for 100 steps with the *same* `first` and `last`. What is it that a
# model trained with each of them has never seen? And how would you choose `first` and `last` for 100 steps, so that
# they lead to the same ratio at the end?
