# %% [markdown]
# # DiffEdit: change one thing, keep the rest
#
# A picture shows a red circle left of a blue square. You would like a green triangle in the circle's place, and nothing
# else changed. **DiffEdit** (Couairon, Verbeek, Schwenk and Cord 2022, "DiffEdit: Diffusion-based semantic image
# editing with mask guidance", arXiv 2210.11427, section 3.2) does it from two sentences, one for what is there and
# one for what you want, in three steps:
#
# 1. **Mask.** Add noise to the picture and predict it twice, once with each sentence. Where the two predictions differ,
#    something has to change.
# 2. **Encode.** Run DDIM backwards, from the picture towards noise, and keep what it is at each noise level.
# 3. **Decode.** Come back with the new sentence; at each noise level, put back the encoded picture outside the mask.
#
# The model is the small latent diffusion model of the exercise "From text to picture". If you have not done that one,
# have a look at it first: its sampling loop is what is bent here. Pictures have 32 × 32 pixels, their latents 8 × 8
# positions, so that each position stands for 4 × 4 pixels.
#
# Fill in what is missing, run the cells from the top, and hand in the saved notebook. What you have solved earns its
# points even while another task is open: the cells that check and plot may fail without ending the run.

# %%
import sys

import matplotlib.pyplot as plt
import numpy as np
import torch

sys.path.append("data")
import scenes
import tiny_diffusion

torch.manual_seed(0)
parts = tiny_diffusion.load("data")
tokenizer, text_encoder, unet, vae, scheduler = (
    parts.tokenizer, parts.text_encoder, parts.unet, parts.vae, parts.scheduler
)

# %% [markdown]
# Four functions that you need all the time. You may know them from the other exercise.


# %%
@torch.no_grad()
def encode_prompts(prompts):
    """A list of n prompts becomes vectors (n, 8, 48)."""
    return text_encoder(tokenizer(prompts))


@torch.no_grad()
def to_latents(pictures):
    """Pictures (n, 3, 32, 32) of 0 to 1 become latents (n, 4, 8, 8) as the U-Net knows them."""
    return vae.encode(pictures * 2 - 1).latent_dist.mode() * vae.config.scaling_factor


@torch.no_grad()
def to_pictures(latents):
    """Latents become pictures."""
    return (vae.decode(latents / vae.config.scaling_factor).sample / 2 + 0.5).clamp(0, 1)


@torch.no_grad()
def guided_noise(unet, latents, t, words, negative, scale):
    """The noise in latents at time step t, guided by `scale` from `negative` to `words`, which are vectors (n, 8, 48)."""
    without = unet(latents, t, encoder_hidden_states=negative).sample
    return without + scale * (unet(latents, t, encoder_hidden_states=words).sample - without)


# %%
def show(pictures, titles):
    """Draw pictures (n, 3, 32, 32), or masks (n, 8, 8), in a row."""
    figure, axes = plt.subplots(1, len(pictures), figsize=(2 * len(pictures), 2.4), squeeze=False)
    for axis, picture, title in zip(axes[0], pictures, titles):
        picture = np.asarray(picture)
        axis.imshow(picture.transpose(1, 2, 0) if picture.ndim == 3 else picture, cmap="gray")
        axis.set_title(title.replace(" left of", "\nleft of"), fontsize=8)
        axis.axis("off")
    plt.show()


before = ["red circle left of blue square", "green square left of red circle", "blue triangle left of green triangle"]
after = ["green triangle left of blue square", "green square left of blue square", "blue triangle left of red circle"]
things = np.array([[1, 8], [5, 1], [9, 6]])  # the same as numbers: places in scenes.THINGS
pictures = torch.from_numpy(scenes.paint(np.random.default_rng(4), things)[0])
show(pictures, before)

# %% [markdown]
# ## Task 1: where do the two predictions differ?
#
# Take latents $z$ and noise $\epsilon$, and mix them as the scheduler does at time step $t$, which is
# $z_t = \sqrt{\bar\alpha_t}\, z + \sqrt{1 - \bar\alpha_t}\, \epsilon$. Predict the noise in $z_t$ with the sentence
# for what you want, and with that for what is there. What counts at each of the 8 × 8 positions is how far apart the
# two are: the *absolute* difference, averaged over the four channels. A single noise makes a restless map, so it is
# averaged over several (the paper takes ten).
#
# Write `difference_map`. `noises` (k, n, 4, 8, 8) holds k noises for n latents. `scheduler.add_noise(latents, noise, t)`
# mixes, where t is a tensor: `torch.tensor(500)`. Use the U-Net that you are given as `unet`, without guidance.
#
# *A worked example:* where the predictions at one position are (1, 0, 2, 0) and (0, 1, 2, 0), the differences are
# (1, −1, 0, 0). The mean of their absolute values is 0.5. (The mean of the differences would be 0.)


# %%
@torch.no_grad()
def difference_map(unet, latents, words_before, words_after, t, noises):
    """How far the two predictions are apart: (n, 8, 8), averaged over k noises (k, n, 4, 8, 8)."""
    ### BEGIN SOLUTION differences
    total = torch.zeros(len(latents), 8, 8)
    for noise in noises:
        noisy = scheduler.add_noise(latents, noise, torch.tensor(t))
        wanted = unet(noisy, t, encoder_hidden_states=words_after).sample
        present = unet(noisy, t, encoder_hidden_states=words_before).sample
        total = total + (wanted - present).abs().mean(dim=1)
    return total / len(noises)
    ### STARTER
    # raise NotImplementedError("For each noise: mix, predict twice, compare. Then average.")
    ### END SOLUTION


# %% [markdown]
# As in the other exercise, `tiny_diffusion.StandIn()` takes the U-Net's place where numbers are to be checked: with
# $m$ for the mean of the words, its "noise" is $z_t\,(\frac12 + m) + m\,t/1000$. Two sentences whose means differ by 1
# give predictions that differ by $z_t + t / 1000$.

# %% tags=["public-check"]
stand_in, ones = tiny_diffusion.StandIn(), torch.ones(2, 8, 48)
found = difference_map(stand_in, torch.zeros(2, 4, 8, 8), 0 * ones, ones, 500, torch.zeros(3, 2, 4, 8, 8))
assert tuple(found.shape) == (2, 8, 8), f"Two latents should give a map of shape (2, 8, 8), not {tuple(found.shape)}."
assert torch.allclose(found, torch.tensor(0.5)), f"Without any noise the difference is 0.5 here, not {found.mean():.3f}."
both = torch.stack([torch.full((2, 4, 8, 8), 2.0), torch.full((2, 4, 8, 8), -2.0)])
found = difference_map(stand_in, torch.zeros(2, 4, 8, 8), 0 * ones, ones, 500, both)
assert torch.allclose(found, torch.tensor(1.701), atol=2e-3), f"Noises of 2 and −2 give 1.701 on average, not {found.mean():.3f}."
print("Task 1 looks right.")

# %% [markdown]
# ## Task 2: the mask
#
# The map becomes a mask, for each picture on its own (Couairon et al. 2022, section 3.2, step 1): extreme values are
# cut off, what is left is rescaled to go from 0 to 1, and everything above a threshold belongs to the mask.
#
# Write `to_mask`. Of each picture's 64 values, cut off what is larger than three times their mean (set it to
# that); then rescale so that the smallest is 0 and the largest is 1; then the mask is 1 where the value is above
# `threshold` and 0 elsewhere.
#
# *A worked example:* the values 1, 2, 3 and 30 have the mean 9, so 30 becomes 27. Rescaled they are 0, 0.04, 0.08
# and 1. With the threshold 0.5, the mask is 0, 0, 0, 1.


# %%
def to_mask(differences, threshold=0.5):
    """A map (n, 8, 8) becomes a mask (n, 8, 8) of zeros and ones."""
    ### BEGIN SOLUTION mask
    flat = differences.flatten(1)
    flat = flat.minimum(3 * flat.mean(dim=1, keepdim=True))
    flat = flat - flat.min(dim=1, keepdim=True).values
    flat = flat / flat.max(dim=1, keepdim=True).values
    return (flat > threshold).float().reshape(differences.shape)
    ### STARTER
    # raise NotImplementedError("Cut off, rescale, compare with the threshold: each picture by itself.")
    ### END SOLUTION


# %% tags=["public-check"]
trial = torch.ones(2, 8, 8)
trial[0, 2, 3], trial[1, 5:, 5:] = 100, 3
mask = to_mask(trial)
assert tuple(mask.shape) == (2, 8, 8), f"The mask should have the shape of the map, (2, 8, 8), not {tuple(mask.shape)}."
assert set(np.unique(np.asarray(mask, dtype=float))) <= {0.0, 1.0}, "A mask holds zeros and ones alone."
assert mask[0].sum() == 1 and mask[0, 2, 3] == 1, "In the first map a single position stands out, and should be in the mask."
assert mask[1].sum() == 9, f"In the second map nine positions stand out; your mask has {int(mask[1].sum())}. Each picture by itself?"
print("Task 2 looks right.")

# %% [markdown]
# Now see where the model would work: at the thing that changes, if all is well.

# %% tags=["raises-exception"]
torch.manual_seed(1)
latents = to_latents(pictures)
differences = difference_map(unet, latents, encode_prompts(before), encode_prompts(after), 500, torch.randn(10, 3, 4, 8, 8))
show(torch.cat([differences, to_mask(differences)]), ["difference"] * 3 + ["mask"] * 3)

# %% [markdown]
# ## Task 3: encode the picture
#
# One formula moves latents from the noise level of a time step $t$ to that of another one, $t'$. With the noise
# $\hat\epsilon$ that is predicted at $t$ (Song, Meng and Ermon 2021, equation 12 with $\sigma_t = 0$):
#
# $$z_{t'} = \sqrt{\bar\alpha_{t'}} \;\frac{z_t - \sqrt{1 - \bar\alpha_t}\,\hat\epsilon}{\sqrt{\bar\alpha_t}}
#   + \sqrt{1 - \bar\alpha_{t'}}\;\hat\epsilon$$
#
# Sampling uses it downwards, to less noise. Where the steps are small, it works upwards as well: this is **DDIM
# encoding**, or inversion. It finds the noise from which the model would make just this picture. The paper does it with
# the empty prompt (step 2).
#
# `levels` are the time steps to visit. `move` is the formula; it is there.


# %%
def levels(steps=20, strength=0.8):
    """Time steps from clean to noisy: 0, and as many of the scheduler's `steps` as `strength`, a share of them, says."""
    scheduler.set_timesteps(steps)
    return [0, *reversed(scheduler.timesteps.tolist())][: 1 + round(steps * strength)]


def move(latents, noise, t, t_new):
    """Latents at time step t, in which `noise` was predicted, become latents at time step t_new."""
    here, there = scheduler.alphas_cumprod[t], scheduler.alphas_cumprod[t_new]
    clean = (latents - (1 - here).sqrt() * noise) / here.sqrt()
    return there.sqrt() * clean + (1 - there).sqrt() * noise


print(levels(20, 0.5))

# %% [markdown]
# Write `encode`. It returns the latents at *each* of the time steps, as a list: the first entry is `latents` itself,
# the next is what `move` makes of it with the noise that the U-Net predicts in it, and so on. On the way from `times[i]`
# to `times[i + 1]`, ask the U-Net about the latents that you have, at *their* time step, `times[i]`, with the vectors
# `words`.
#
# *A worked example:* for `times = [0, 1, 51]` there are two moves, from 0 to 1 and from 1 to 51, and three entries.


# %%
@torch.no_grad()
def encode(unet, latents, words, times):
    """Latents (n, 4, 8, 8) at each of `times`, from clean to noisy: a list as long as `times`."""
    ### BEGIN SOLUTION encode
    encoded = [latents]
    for t, t_new in zip(times[:-1], times[1:]):
        noise = unet(encoded[-1], t, encoder_hidden_states=words).sample
        encoded.append(move(encoded[-1], noise, t, t_new))
    return encoded
    ### STARTER
    # raise NotImplementedError("From each level to the next: predict the noise, move.")
    ### END SOLUTION


# %% tags=["public-check"]
encoded = encode(stand_in, torch.ones(2, 4, 8, 8), 0 * ones, [0, 1, 51, 101])
assert len(encoded) == 4, f"Four time steps, four entries, please, not {len(encoded)}."
assert torch.equal(encoded[0], torch.ones(2, 4, 8, 8)), "The first entry should be the latents as they came."
assert torch.allclose(encoded[1], torch.tensor(1.006), atol=1e-3), f"At time step 1 there is 1.006, not {encoded[1].mean():.3f}."
assert torch.allclose(encoded[3], torch.tensor(1.100), atol=1e-3), f"At time step 101 there is 1.100, not {encoded[3].mean():.3f}."
print("Task 3 looks right.")

# %% [markdown]
# ## Task 4: decode inside the mask
#
# Back again, from the noisiest level down, now with the new sentence and guidance. After each move, the latents outside
# the mask $M$ are replaced by the encoded ones *of the level just reached* (Couairon et al. 2022, section 3.2, step 3):
#
# $$\tilde z_{t'} = M \odot z_{t'} + (1 - M) \odot z^{\text{encoded}}_{t'}$$
#
# Write `decode_inside`. `encoded` and `times` are those of Task 3, and `mask` (n, 8, 8) is 1 where the picture may
# change. The loop goes through `times` from the end to the beginning, and starts from the noisiest of the encoded
# latents. On the way from `times[i]` to `times[i - 1]`: predict the guided noise at `times[i]`, move, restore.
#
# <details><summary>A worked hint: a mask for four channels</summary>
#
# A mask of shape (n, 8, 8) can't be multiplied with latents of shape (n, 4, 8, 8) as it is, but `mask[:, None]` has
# the shape (n, 1, 8, 8), and its single channel serves all four:
#
# ```python
# half = torch.cat([torch.ones(1, 8, 4), torch.zeros(1, 8, 4)], dim=2)
# (half[:, None] * torch.full((1, 4, 8, 8), 7.0))[0, 3, 0]  # 7, 7, 7, 7, 0, 0, 0, 0
# ```
#
# </details>


# %%
@torch.no_grad()
def decode_inside(unet, encoded, mask, words, negative, times, scale=6.0):
    """Clean latents (n, 4, 8, 8): those of `encoded` outside the mask, made from `words` inside."""
    ### BEGIN SOLUTION decode
    latents, mask = encoded[-1], mask[:, None]
    for i in range(len(times) - 1, 0, -1):
        noise = guided_noise(unet, latents, times[i], words, negative, scale)
        latents = move(latents, noise, times[i], times[i - 1])
        latents = mask * latents + (1 - mask) * encoded[i - 1]
    return latents
    ### STARTER
    # raise NotImplementedError("From the noisiest level down: predict, move, restore what lies outside the mask.")
    ### END SOLUTION


# %% tags=["public-check"]
times = [0, 1, 51, 101]
made_up = [torch.full((2, 4, 8, 8), float(level)) for level in (10, 20, 30, 40)]
half = torch.zeros(2, 8, 8)
half[:, :, :4] = 1
found = decode_inside(stand_in, made_up, half, 0 * ones, 0 * ones, times)
assert tuple(found.shape) == (2, 4, 8, 8), f"The latents keep their shape; yours have {tuple(found.shape)}."
assert torch.allclose(found[..., 4:], torch.tensor(10.0)), f"Outside the mask there should be the clean encoded latents, 10 here, not {found[..., 4:].mean():.2f}."
assert torch.allclose(found[..., :4], torch.tensor(36.09), atol=0.05), f"Inside the mask there should be 36.09 here, not {found[..., :4].mean():.2f}."
print("Task 4 looks right.")

# %% [markdown]
# Four small functions by which the grader tries yours, with the stand-in and with the trained model. Leave them as they
# are. The last one encodes pictures and decodes them again with nothing changed: what comes back should be what went in.


# %%
def try_map(latents, words_before, words_after, t, noises):
    """Your `difference_map` with the stand-in."""
    return difference_map(tiny_diffusion.StandIn(), latents, words_before, words_after, t, noises)


def try_encode(latents, words, times):
    """Your `encode` with the stand-in."""
    return encode(tiny_diffusion.StandIn(), latents, words, times)


def try_decode(encoded, mask, words, negative, times, scale):
    """Your `decode_inside` with the stand-in."""
    return decode_inside(tiny_diffusion.StandIn(), list(encoded), mask, words, negative, times, scale)


def there_and_back(pictures):
    """Pictures through your `encode` and `decode_inside`, with the empty prompt both ways and all of it in the mask."""
    words, times = encode_prompts([""] * len(pictures)), levels(50, 0.8)
    encoded = encode(unet, to_latents(pictures), words, times)
    return to_pictures(decode_inside(unet, encoded, torch.ones(len(pictures), 8, 8), words, words, times, 1.0))


# %% tags=["raises-exception"]
show(torch.cat([pictures, there_and_back(pictures)]), ["picture"] * 3 + ["there and back"] * 3)

# %% [markdown]
# ## Task 5: edit
#
# Put the steps together. `edit` gets pictures (n, 3, 32, 32) of 0 to 1 and, for each, a sentence for what is there and
# one for what you want. It returns two things: the edited pictures, and the mask (n, 8, 8).
#
# Make the mask from the predictions at time step 500, with the `noises` that are handed in. Encode with the empty
# prompt, up to the last of `levels(steps, strength)`. Decode with the new sentence, guided away from the empty one.
# Nothing is drawn at random on the way: the same noises give the same edit.
#
# The grader looks at pictures of its own. Of some it knows what the model makes of them, so that the new thing has to
# come from the encoded picture: one that is painted in by hand earns nothing.


# %%
@torch.no_grad()
def edit(pictures, before, after, noises, steps=20, strength=0.8, threshold=0.5, scale=6.0):
    """Edited pictures (n, 3, 32, 32) and masks (n, 8, 8): two lists of n sentences, noises (k, n, 4, 8, 8)."""
    ### BEGIN SOLUTION edit
    latents, n = to_latents(pictures), len(pictures)
    words_before, words_after, empty = encode_prompts(before), encode_prompts(after), encode_prompts([""] * n)
    differences = difference_map(unet, latents, words_before, words_after, 500, noises)
    mask, times = to_mask(differences, threshold), levels(steps, strength)
    encoded = encode(unet, latents, empty, times)
    return to_pictures(decode_inside(unet, encoded, mask, words_after, empty, times, scale)), mask
    ### STARTER
    # raise NotImplementedError("Mask, encode, decode: return the edited pictures and the mask.")
    ### END SOLUTION


# %% tags=["public-check"]
noises = torch.randn(10, 3, 4, 8, 8, generator=torch.Generator().manual_seed(6))
edited, mask = edit(pictures, before, after, noises)
assert tuple(edited.shape) == (3, 3, 32, 32), f"Three pictures should come back as (3, 3, 32, 32), not {tuple(edited.shape)}."
assert tuple(mask.shape) == (3, 8, 8), f"The masks should have the shape (3, 8, 8), not {tuple(mask.shape)}."
outside = 1 - mask.repeat_interleave(4, dim=1).repeat_interleave(4, dim=2)[:, None]
change = ((edited - pictures).abs() * outside).sum() / (3 * outside.sum())
assert change < 0.08, f"Outside the mask, pixels change by {change:.3f} on average: too much. Is the original restored there?"
assert torch.allclose(edited, edit(pictures, before, after, noises)[0], atol=1e-3), "The same noises should give the same edit: nothing else is drawn."
print("Task 5 works. Look at the pictures below: are they what you asked for?")

# %% tags=["raises-exception"]
show(pictures, before)
show(mask, ["mask"] * 3)
show(edited, after)

# %% [markdown]
# ## Look at it
#
# How far up to encode is a choice: with little noise much of what was there is kept, and with more the new thing can
# take its own shape. Here is the first edit with a strength that grows; 0.05 of 20 steps is a single one.

# %% tags=["raises-exception"]
strengths = (0.05, 0.1, 0.15, 0.4, 0.8)
results = [edit(pictures[:1], before[:1], after[:1], noises[:, :1], strength=strength)[0] for strength in strengths]
show(torch.cat([pictures[:1], *results]), ["picture", *(f"strength {strength:g}" for strength in strengths)])

# %% [markdown]
# ## To think about
#
# The mask came out of the model alone; nobody told it where the thing is. What would it look like if both sentences were
# of things that the picture does not show? And when the new thing is larger than the old one, where must the mask reach,
# and how can the map know of it, although at that place there is nothing to be seen yet?
