# %% [markdown]
# # Guidance and the negative prompt
#
# A text-to-image model predicts the noise in a picture *given a prompt*. Sampled just like that, it follows the prompt
# only loosely. **Classifier-free guidance** is the trick that makes it listen: at each step the model is asked twice,
# once with the prompt and once without, and the sampler goes further in the direction in which the two answers differ.
# The *negative prompt* is a small change to the same trick.
#
# A large network would hide what happens, so your pictures are points in the plane and your model is exact. You need
# NumPy, and from the exercise on noise schedules what $\bar\alpha_t$ means: at noise level $t$ a clean $x_0$ has
# become $x_t = \sqrt{\bar\alpha_t}\, x_0 + \sqrt{1 - \bar\alpha_t}\, \varepsilon$.
#
# Fill in what is missing, run the cells from the top, and hand in the saved notebook. Your functions are graded on
# *new* points, prompts and scales. Later tasks call earlier functions: when several checks fail, mend the first one
# first. What you have solved earns its points even while another task is open: the cells that check or plot may fail
# without ending the run. A cell of your own that fails ends it.
#
# ## The model you are given
#
# A fruit is a point: its *colour* from green (negative) to red (positive), and its *shape* from long (negative) to round
# (positive). Each kind of fruit is a small cloud of points. A prompt is a word, such as `"apple"` or `"red"`, and
# means all kinds with that word in their name. The empty prompt `""` means any fruit at all.
#
# The captions that the model was "trained" on are not always right: one in five shows just any fruit, whatever it
# says. Web captions are no better. So the model has learned that an "apple" is usually, but not always, an apple.
#
# `denoise(x, alpha_bar, prompt)` gives the noise $\varepsilon$ that a perfectly trained network would predict. For a
# mixture of clouds there is a formula: the predicted noise is $-\sqrt{1 - \bar\alpha_t}$ times the gradient of
# $\log p(x_t \mid \text{prompt})$, which points to where such fruit are more likely (Ho & Salimans 2022, section 3.1).
# You need not follow the code of these three functions.

# %%
import matplotlib.pyplot as plt
import numpy as np

FRUIT = {  # colour, shape, and how far the cloud spreads
    "red apple": (1.5, 0.6, 0.3),
    "green apple": (-1.3, 0.9, 0.3),
    "red cherry": (2.0, 1.9, 0.25),
    "red strawberry": (1.7, -0.8, 0.3),
    "green pear": (-1.5, -0.7, 0.35),
    "yellow banana": (0.1, -2.0, 0.3),
}
WRONG_CAPTIONS = 0.2


def denoise(x, alpha_bar, prompt):
    """Return the noise predicted in the points x (n, 2) at the noise level alpha_bar, given the prompt: shape (n, 2)."""
    clouds = np.array(list(FRUIT.values()))
    meant = np.array([prompt in name for name in FRUIT])
    share = (1 - WRONG_CAPTIONS) * meant / meant.sum() + WRONG_CAPTIONS / len(meant)
    variance = alpha_bar * clouds[:, 2] ** 2 + 1 - alpha_bar
    away = np.sqrt(alpha_bar) * clouds[:, :2] - x[:, None]
    log = np.log(share / variance) - (away**2).sum(axis=2) / (2 * variance)
    weight = np.exp(log - log.max(axis=1, keepdims=True))
    weight /= weight.sum(axis=1, keepdims=True)
    return -np.sqrt(1 - alpha_bar) * ((weight / variance)[:, :, None] * away).sum(axis=1)


def step(x, noise, now, after):
    """Take the predicted noise out of x, and put it back as it would be at the lower noise level `after`."""
    clean = (x - np.sqrt(1 - now) * noise) / np.sqrt(now)
    return np.sqrt(after) * clean + np.sqrt(1 - after) * noise


def draw(axis, points, title):
    """Draw points over the clouds of fruit."""
    for name, (colour, shape, spread) in FRUIT.items():
        axis.add_patch(plt.Circle((colour, shape), 2 * spread, color=name.split()[0], alpha=0.25))
    axis.plot(*np.transpose(points), "k.", markersize=2)
    axis.set(title=title, xlim=(-3.5, 3.5), ylim=(-3.5, 3.5), xticks=[], yticks=[], aspect="equal")


ALPHA_BARS = np.append(np.cos(np.linspace(1.547, 0.04, 40)) ** 2, 1.0)  # from nearly pure noise to clean
figure, axis = plt.subplots(figsize=(4, 4))
draw(axis, np.zeros((0, 2)), "colour to the right, shape upwards")
for name, (colour, shape, _) in FRUIT.items():
    axis.text(colour, shape, name.replace(" ", "\n"), ha="center", va="center", fontsize=8)

# %% [markdown]
# ## Task 1: a model that also knows no prompt
#
# To answer with and without a prompt, the model has to have learned both. One network does: during training, some of the
# prompts are replaced by the empty one (Ho & Salimans 2022, "Classifier-Free Diffusion Guidance", algorithm 1, with
# probabilities such as 0.1 or 0.2).
#
# Write `drop_prompts(prompts, draws, share)`. `draws` holds one random number between 0 and 1 for each prompt; a prompt
# whose number is *smaller* than `share` is replaced by `""`. Return a new list, and leave the old one as it is.
#
# *A worked example:* `[a + b for a, b in zip(["x", "y"], ["1", "2"])]` is `["x1", "y2"]`, and
# `"long" if len(word) > 4 else "short"` is one of two texts.


# %%
def drop_prompts(prompts, draws, share):
    """Return the list of prompts, with "" in place of those whose draw is smaller than share."""
    ### BEGIN SOLUTION drop
    return ["" if draw < share else prompt for prompt, draw in zip(prompts, draws)]
    ### STARTER
    # raise NotImplementedError("Replace some of the prompts by the empty one.")
    ### END SOLUTION


# %% tags=["public-check"]
captions = ["red apple", "pear", "banana"]
kept = list(drop_prompts(captions, np.array([0.5, 0.05, 0.2]), 0.1))
assert len(kept) == 3, f"three prompts go in, three come out; you have {len(kept)}"
assert kept == ["red apple", "", "banana"], f"only the second draw is smaller than 0.1; you have {kept}"
assert captions == ["red apple", "pear", "banana"], "the list that was handed in has changed: make a new one"
print("Task 1 looks right.")

# %% [markdown]
# ## Task 2: further in the direction of the prompt
#
# Call the answer to the empty prompt $\varepsilon_\varnothing$ and the answer to the prompt $\varepsilon_c$. Their
# difference is what the prompt changes. Guidance starts from the first and goes $s$ times that difference:
#
# $$\tilde\varepsilon = \varepsilon_\varnothing + s\,(\varepsilon_c - \varepsilon_\varnothing).$$
#
# $s$ is the **guidance scale** (Saharia et al. 2022, "Imagen", equation 2, in other words; `guidance_scale` in diffusers).
# With $s = 0$ the prompt is ignored, $s = 1$ is the plain answer to the prompt, and beyond 1 the sampler goes *further* than the
# model says. Ho & Salimans (equation 6) write the same as $(1 + w)\,\varepsilon_c - w\,\varepsilon_\varnothing$, so
# their $w$ is $s - 1$.
#
# Why does that make it listen? By Bayes' rule $\log p(x \mid c) - \log p(x)$ is, up to a constant, $\log p(c \mid x)$: how
# sure one can be of the prompt when one sees the picture. So the difference of the two answers leads to pictures that a
# classifier would be surer of, and no classifier had to be trained.
#
# Write `guide(noise_empty, noise_prompt, scale)`, for arrays of any shape.
#
# *A worked example:* to go from 10 towards 14 by a factor of 2.5 is $10 + 2.5 \cdot 4 = 20$.


# %%
def guide(noise_empty, noise_prompt, scale):
    """Return the guided noise, of the same shape as the two answers of the model."""
    ### BEGIN SOLUTION guide
    return noise_empty + scale * (noise_prompt - noise_empty)
    ### STARTER
    # raise NotImplementedError("Start from the empty prompt's answer and go towards the prompt's.")
    ### END SOLUTION


# %% tags=["public-check"]
empty, prompted = np.array([1.0, 0.0]), np.array([2.0, -1.0])
assert np.allclose(guide(empty, prompted, 0), empty), f"with scale 0 the prompt has no say; you have {guide(empty, prompted, 0)}"
assert np.allclose(guide(empty, prompted, 1), prompted), f"with scale 1 it is the prompt's answer; you have {guide(empty, prompted, 1)}"
assert np.allclose(guide(empty, prompted, 3), [4, -3]), f"with scale 3 it is (4, −3); you have {guide(empty, prompted, 3)}"
print("Task 2 looks right.")

# %% [markdown]
# ## Task 3: ask twice
#
# Write `guided_noise(x, alpha_bar, prompt, negative, scale)`: ask `denoise` twice, and let `guide` combine the answers. For
# now think of `negative` as the empty prompt `""`, which is what it usually is.
#
# But nothing forces it to be. Put another prompt in **the seat of the empty one**, and the sampler moves away from what
# *that* one describes, as well as towards the prompt. This is all that a negative prompt is (`negative_prompt` in
# diffusers); nothing is subtracted besides.


# %%
def guided_noise(x, alpha_bar, prompt, negative="", scale=3.0):
    """Return the guided noise in the points x (n, 2), where `negative` takes the seat of the empty prompt."""
    ### BEGIN SOLUTION guided_noise
    return guide(denoise(x, alpha_bar, negative), denoise(x, alpha_bar, prompt), scale)
    ### STARTER
    # raise NotImplementedError("Ask the model twice, and combine its answers.")
    ### END SOLUTION


# %% tags=["public-check"]
points = np.array([[0.3, -0.4], [1.0, 0.5], [-2.0, 1.0]])
for_red, for_apple, for_any = (denoise(points, 0.6, word) for word in ("red", "apple", ""))
found = guided_noise(points, 0.6, "apple", "", 1.0)
assert np.shape(found) == (3, 2), f"one noise per point: expected the shape (3, 2), not {np.shape(found)}"
assert np.allclose(found, for_apple), "with scale 1 it should be the model's answer to the prompt"
assert np.allclose(guided_noise(points, 0.6, "apple", "", 2.0), 2 * for_apple - for_any), (
    "with scale 2 the answer to the prompt should lie halfway between that to the empty prompt and yours"
)
assert np.allclose(guided_noise(points, 0.6, "apple", "red", 2.0), 2 * for_apple - for_red), (
    "a negative prompt takes the seat of the empty one: the same formula, with another answer in it"
)
print("Task 3 looks right.")

# %% [markdown]
# See what guidance does to the arrows. At a middling noise level, each arrow shows where a point is sent (against the
# noise): for any fruit, for apples, and for apples with guidance.

# %% tags=["raises-exception"]
grid = np.stack(np.meshgrid(np.linspace(-2.4, 2.4, 13), np.linspace(-2.4, 2.4, 13)), axis=-1).reshape(-1, 2)
figure, axes = plt.subplots(1, 3, figsize=(12, 4))
for axis, (title, scale) in zip(axes, {"any fruit: s = 0": 0, "apple: s = 1": 1, "apple: s = 4": 4}.items()):
    arrows = -guided_noise(grid, 0.7, "apple", "", scale)
    draw(axis, np.zeros((0, 2)), title)
    axis.quiver(*grid.T, *arrows.T, angles="xy", scale=40, width=0.004)
figure.tight_layout()

# %% [markdown]
# ## Task 4: sample
#
# Sampling starts with noise and walks through the noise levels. `alpha_bars` lists them in the order of the walk, from
# nearly pure noise (near 0) to clean (exactly 1). From each level to the next: predict the guided noise **in the point as it
# is now, at the level as it is now**, and hand it to `step(x, noise, now, after)`, the deterministic step of DDIM
# (Song et al. 2021, equation 12 with $\sigma_t = 0$), which has an exercise of its own.
#
# *A worked example:* for `levels = [1, 4, 9]`, `zip(levels[:-1], levels[1:])` gives the pairs `(1, 4)` and `(4, 9)`.


# %%
def sample(start, alpha_bars, prompt, negative="", scale=3.0):
    """Walk the points start (n, 2) through all noise levels with guidance, and return where they arrive."""
    ### BEGIN SOLUTION sample
    x = start
    for now, after in zip(alpha_bars[:-1], alpha_bars[1:]):
        x = step(x, guided_noise(x, now, prompt, negative, scale), now, after)
    return x
    ### STARTER
    # raise NotImplementedError("Walk from the first noise level to the last.")
    ### END SOLUTION


# %% tags=["public-check"]
points = np.array([[0.3, -0.4], [1.0, 0.5], [-2.0, 1.0]])
once = step(points, denoise(points, 0.3, "pear"), 0.3, 0.8)
found = sample(points, np.array([0.3, 0.8]), "pear", scale=1.0)
assert np.shape(found) == (3, 2), f"one place per point: expected the shape (3, 2), not {np.shape(found)}"
assert np.allclose(found, once), "two noise levels are one step, from the first to the second"
twice = step(once, denoise(once, 0.8, "pear"), 0.8, 1.0)
assert np.allclose(sample(points, np.array([0.3, 0.8, 1.0]), "pear", scale=1.0), twice), (
    "the second step should start where the first one ended, and ask the model again"
)
assert not np.allclose(sample(points, np.array([0.3, 0.8]), "pear", "apple", 3.0), once), "do scale and negative reach the model?"
print("Task 4 looks right.")

# %% [markdown]
# The same 400 random starts, with the prompt "apple". Above: the scale grows from 0 to 8. Below: a negative prompt. Note
# what happens to the one in five that was no apple, and to the apples themselves.

# %% tags=["raises-exception"]
start = np.random.default_rng(5).normal(size=(400, 2))
figure, axes = plt.subplots(2, 4, figsize=(13, 6.6))
for axis, scale in zip(axes[0], [0, 1, 3, 8]):
    draw(axis, sample(start, ALPHA_BARS, "apple", "", scale), f"apple, s = {scale}")
for axis, (prompt, negative) in zip(axes[1], [("apple", "red"), ("apple", "green"), ("red", "apple"), ("", "red")]):
    draw(axis, sample(start, ALPHA_BARS, prompt, negative, 3), f'"{prompt}" without "{negative}", s = 3')
figure.tight_layout()

# %% [markdown]
# ## Task 5: what is won, and what is lost
#
# Guidance trades variety for obedience (Ho & Salimans, section 4, measure both on pictures of ImageNet). Measure it here:
#
# - `follows(points, prompt)` is the share of the points, from 0 to 1, whose **nearest** cloud of `FRUIT` (by the distance to
#   its centre) has the prompt in its name;
# - `variety(points)` is the root of the mean squared distance of the points from their mean,
#   $\sqrt{\frac1n \sum_i \lVert x_i - \bar x \rVert^2}$.
#
# *A worked example of shapes:* for points `P` of shape `(n, 2)` and centres `C` of shape `(k, 2)`, `P[:, None] - C` has the shape
# `(n, k, 2)`: each point less each centre. A sum of squares over the last axis leaves `(n, k)`.


# %%
def follows(points, prompt):
    """Return the share of the points (n, 2) whose nearest cloud has the prompt in its name."""
    ### BEGIN SOLUTION follows
    centres = np.array([cloud[:2] for cloud in FRUIT.values()])
    nearest = ((points[:, None] - centres) ** 2).sum(axis=2).argmin(axis=1)
    return np.mean(np.array([prompt in name for name in FRUIT])[nearest])
    ### STARTER
    # raise NotImplementedError("Find each point's nearest cloud, and count.")
    ### END SOLUTION


def variety(points):
    """Return the root mean squared distance of the points (n, 2) from their mean."""
    ### BEGIN SOLUTION variety
    return np.sqrt(np.mean(((points - points.mean(axis=0)) ** 2).sum(axis=1)))
    ### STARTER
    # raise NotImplementedError("How far from their mean do the points lie?")
    ### END SOLUTION


# %% tags=["public-check"]
three = np.array([[1.4, 0.5], [-1.32, -0.5], [1.6, -0.9]])  # near a red apple, a pear and a strawberry
assert np.shape(follows(three, "red")) == (), "one number, please"
assert np.isclose(follows(three, "red"), 2 / 3), f"two of these three are red; you have {follows(three, 'red')}"
assert np.isclose(follows(three, "pear"), 1 / 3), f"one of these three is a pear; you have {follows(three, 'pear')}"
assert np.isclose(follows(three, "banana"), 0), f"none of these is a banana; you have {follows(three, 'banana')}"
print("The share looks right.")

# %% tags=["public-check"]
square = np.array([[0.0, 0.0], [0.0, 2.0], [2.0, 0.0], [2.0, 2.0]])
assert np.shape(variety(square)) == (), "one number, please"
assert np.isclose(variety(square), np.sqrt(2)), f"the corners lie √2 from the middle of the square; you have {variety(square)}"
assert np.isclose(variety(square + 7), np.sqrt(2)), "moving all points together should change nothing"
print("The variety looks right.")

# %% tags=["raises-exception"]
start = np.random.default_rng(6).normal(size=(600, 2))
scales = np.linspace(0, 8, 17)
sampled = [sample(start, ALPHA_BARS, "apple", "", scale) for scale in scales]
figure, left = plt.subplots(figsize=(6, 3.4))
left.plot(scales, [follows(points, "apple") for points in sampled], label="share that are apples")
left.plot(scales, [variety(points) for points in sampled], label="variety")
left.set(xlabel="guidance scale", ylim=(0, None))
left.legend()
figure.tight_layout()

# %% [markdown]
# ## To think about
#
# With scale 8 the "apples" lie further out than any apple that the model has seen, and nearly all are of one kind. Which
# part of the formula sends them there, and away from what? Look at the arrows again. What would be the counterpart in
# pictures of text-to-image models whose scale is set too high? Then try `"apple"` with the negative prompt `"apple"`: what
# must come out of `guide`, whatever the scale, and what does it tell you about negative prompts that resemble the
# prompt?
