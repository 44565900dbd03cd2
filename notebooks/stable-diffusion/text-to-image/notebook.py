# %% [markdown]
# # From text to picture
#
# A prompt goes in, a picture comes out. In this notebook you put together what lies between: the text encoder, the
# U-Net, the scheduler and the autoencoder of a latent diffusion model (Rombach, Blattmann, Lorenz, Esser and Ommer
# 2022, "High-Resolution Image Synthesis with Latent Diffusion Models"). Stable Diffusion is one, and the loop that you
# write here is the loop that makes its pictures.
#
# Only the model is smaller. It lies in `data/`, has 1.3 million parameters instead of a billion, and was trained by
# this project on painted scenes: one or two things, a circle, a square or a triangle, in red, green or blue, on a light
# background. It understands prompts of two kinds, `red circle left of blue square` and `green triangle on the right`,
# and vaguer ones that leave out a colour (`circle on the left`) or a shape (`red shape on the left`). Its parts are
# diffusers' own classes, so that what you learn about their names and shapes holds for the large model too.
#
# You should have read how the four parts work together, and know tensors and modules of PyTorch. Fill in what is
# missing, run the cells from the top, and hand in the saved notebook. What you have solved earns its points even while
# another task is open: the cells that check and plot may fail without ending the run.

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
for name in ("text_encoder", "unet", "vae"):
    print(f"{name}: {sum(p.numel() for p in getattr(parts, name).parameters()):,} parameters")

# %% [markdown]
# These are pictures of the kind that the model was trained on, each with its sentence. `data/scenes.py` paints them.

# %%
def show(pictures, titles):
    """Draw pictures (n, 3, 32, 32) of 0 to 1 in a row."""
    figure, axes = plt.subplots(1, len(pictures), figsize=(2 * len(pictures), 2.4), squeeze=False)
    for axis, picture, title in zip(axes[0], pictures, titles):
        axis.imshow(np.asarray(picture).transpose(1, 2, 0))
        axis.set_title(title.replace(" left of", "\nleft of").replace(" on the", "\non the"), fontsize=8)
        axis.axis("off")
    plt.show()


things = scenes.random_things(np.random.default_rng(3), 6)
show(scenes.paint(np.random.default_rng(3), things)[0], [scenes.sentence(*pair) for pair in things])

# %% [markdown]
# ## Task 1: the prompt becomes vectors
#
# `tokenizer` turns a list of n prompts into whole numbers, eight for each: a start token, one number per word, and
# padding up to the end. `text_encoder`, a transformer, turns these into one vector of 48 numbers per token, which the
# U-Net looks at through cross-attention (Rombach et al. 2022, section 3.3). Write `encode_prompts`.
#
# *A worked example:* `tokenizer(["red circle on the left"])` is `[[1, 2, 5, 12, 13, 9, 0, 0]]`: 2 is `red`, 5 is
# `circle`, and 0 is padding. The empty prompt `""` is a start token and seven times padding.


# %%
@torch.no_grad()
def encode_prompts(prompts):
    """A list of n prompts becomes vectors (n, 8, 48)."""
    ### BEGIN SOLUTION encode
    return text_encoder(tokenizer(prompts))
    ### STARTER
    # raise NotImplementedError("Make tokens of the prompts, and vectors of the tokens.")
    ### END SOLUTION


# %% tags=["public-check"]
words = encode_prompts(["red circle on the left", ""])
assert tuple(words.shape) == (2, 8, 48), f"Two prompts should give vectors of shape (2, 8, 48), not {tuple(words.shape)}."
assert not torch.allclose(words[0], words[1]), "The empty prompt gives the same vectors as another one: are the tokens used?"
print("Task 1 looks right.")

# %% [markdown]
# ## Task 2: classifier-free guidance
#
# At time step $t$ the U-Net $\epsilon_\theta(z_t, t, c)$ predicts the noise in the latents $z_t$, with the words $c$
# in view. **Classifier-free guidance** asks it twice, once with the prompt $c$ and once with the empty prompt
# $\varnothing$, and goes from the second answer in the direction of the first, and beyond it:
#
# $$\hat\epsilon = \epsilon_\theta(z_t, t, \varnothing)
#   + s \,\bigl(\epsilon_\theta(z_t, t, c) - \epsilon_\theta(z_t, t, \varnothing)\bigr)$$
#
# (Ho and Salimans 2022, "Classifier-Free Diffusion Guidance", equation 6, where the weight is $w = s - 1$; Stable
# Diffusion and diffusers count as here.) With $s = 0$ the prompt is ignored, with $s = 1$ it is merely given,
# and from there on it is insisted on. A **negative prompt** takes the place of the empty one: then each step moves away
# from what it says.
#
# Write `guided_noise`. `words` are the vectors of the prompts, `negative` those of the empty or negative prompts. Use
# the U-Net that you are given as `unet`: it is not always the trained one.
#
# *A worked example:* where one number of the noise is 0.2 without the prompt and 0.3 with it, $s = 4$ makes it
# $0.2 + 4 \cdot (0.3 - 0.2) = 0.6$.
#
# <details><summary>A worked hint: how to ask the U-Net</summary>
#
# The U-Net is called with latents (n, 4, 8, 8), a time step, and the words as `encoder_hidden_states`. What it answers
# is an object; the predicted noise, of the shape of the latents, is its `sample`.
#
# ```python
# latents = torch.randn(1, 4, 8, 8)
# unet(latents, 500, encoder_hidden_states=encode_prompts(["red circle on the left"])).sample.shape  # (1, 4, 8, 8)
# ```
#
# </details>


# %%
@torch.no_grad()
def guided_noise(unet, latents, t, words, negative, scale):
    """The noise in latents (n, 4, 8, 8) at time step t, guided by `scale` from `negative` to `words` (n, 8, 48)."""
    ### BEGIN SOLUTION guide
    without = unet(latents, t, encoder_hidden_states=negative).sample
    with_prompt = unet(latents, t, encoder_hidden_states=words).sample
    return without + scale * (with_prompt - without)
    ### STARTER
    # raise NotImplementedError("Ask the U-Net twice, and combine its answers.")
    ### END SOLUTION


# %% [markdown]
# How can you, and the grader, tell whether it is right? `tiny_diffusion.StandIn()` is called like a U-Net, but has
# learnt nothing: with $m$ for the mean of the words, its "noise" is $z \,(\frac12 + m) + m\, t / 1000$. With it, right
# answers can be worked out with a pencil.

# %% tags=["public-check"]
stand_in = tiny_diffusion.StandIn()
latents, ones = torch.full((2, 4, 8, 8), 0.2), torch.ones(2, 8, 48)
noise = guided_noise(stand_in, latents, 500, ones, 0 * ones, 1.0)
assert tuple(noise.shape) == (2, 4, 8, 8), f"The noise should have the shape of the latents, not {tuple(noise.shape)}."
assert torch.allclose(noise, torch.tensor(0.8)), f"With scale 1 the prompt's own noise is right: 0.8, not {noise.mean():.3f}."
noise = guided_noise(stand_in, latents, 500, ones, 0 * ones, 0.0)
assert torch.allclose(noise, torch.tensor(0.1)), f"With scale 0 the noise without the prompt is right: 0.1, not {noise.mean():.3f}."
noise = guided_noise(stand_in, latents, 500, ones, 0 * ones, 4.0)
assert torch.allclose(noise, torch.tensor(2.9)), f"0.1 without, 0.8 with the prompt, scale 4: 2.9 is right, not {noise.mean():.3f}."
print("Task 2 looks right.")

# %% [markdown]
# ## Task 3: the sampling loop
#
# The scheduler knows how much signal and how much noise latents hold at each of 1000 time steps: the share of signal is
# $\bar\alpha_t$. Sampling visits a few of these steps, from the noisiest down. At each, the U-Net predicts the noise,
# and the scheduler's `step` computes the latents of the next one. With DDIM (Song, Meng and Ermon 2021, "Denoising
# Diffusion Implicit Models", equation 12 with $\sigma_t = 0$) that is
#
# $$z_{t'} = \sqrt{\bar\alpha_{t'}} \;\frac{z_t - \sqrt{1 - \bar\alpha_t}\,\hat\epsilon}{\sqrt{\bar\alpha_t}}
#   + \sqrt{1 - \bar\alpha_{t'}}\;\hat\epsilon$$
#
# where $t'$ is the next time step: the clean latents as they look from here, with less of the same noise put back.
#
# Write `denoise`. It starts from `noise` and returns the latents after the last step. In diffusers,
# `scheduler.set_timesteps(steps)` chooses the time steps, `scheduler.timesteps` then holds them in the right order,
# and `scheduler.step(predicted_noise, t, latents).prev_sample` are the latents of the next one. (Some schedulers want
# the first noise multiplied by `scheduler.init_noise_sigma`. For DDIM it is 1.)
#
# *A worked example:* after `scheduler.set_timesteps(4)`, the time steps are 751, 501, 251 and 1.


# %%
@torch.no_grad()
def denoise(unet, noise, words, negative, steps=20, scale=4.0):
    """Noise (n, 4, 8, 8) becomes the latents of pictures that fit `words`, in so many steps of `scheduler`."""
    ### BEGIN SOLUTION loop
    scheduler.set_timesteps(steps)
    latents = noise * scheduler.init_noise_sigma
    for t in scheduler.timesteps:
        predicted = guided_noise(unet, latents, t, words, negative, scale)
        latents = scheduler.step(predicted, t, latents).prev_sample
    return latents
    ### STARTER
    # raise NotImplementedError("For each time step: predict the noise, take the scheduler's step.")
    ### END SOLUTION


# %% tags=["public-check"]
start, zeros = torch.ones(2, 4, 8, 8), torch.zeros(2, 8, 48)  # with such words the stand-in's noise is half the latents
found = denoise(stand_in, start, zeros, zeros, steps=2)
assert tuple(found.shape) == (2, 4, 8, 8), f"The latents keep their shape; yours have {tuple(found.shape)}."
assert torch.allclose(found, torch.tensor(1.108), atol=2e-3), f"Two steps from 1 lead to 1.108, not {found.mean():.3f}."
found = denoise(stand_in, start, zeros, zeros, steps=4)
assert torch.allclose(found, torch.tensor(1.644), atol=2e-3), f"Four steps from 1 lead to 1.644, not {found.mean():.3f}."
assert torch.equal(start, torch.ones(2, 4, 8, 8)), "The noise that was handed in should stay as it was: work on a copy."
print("Task 3 looks right.")

# %% [markdown]
# Two small functions by which the grader tries yours with the stand-in. Leave them as they are.


# %%
def try_guidance(latents, t, words, negative, scale):
    """Your `guided_noise` with the stand-in."""
    return guided_noise(tiny_diffusion.StandIn(), latents, t, words, negative, scale)


def try_loop(noise, words, negative, steps, scale):
    """Your `denoise` with the stand-in."""
    return denoise(tiny_diffusion.StandIn(), noise, words, negative, steps, scale)


# %% [markdown]
# ## Task 4: latents become pictures
#
# All of this happened among latents: 4 × 8 × 8 numbers for a picture of 3 × 32 × 32. The autoencoder's decoder turns
# latents back into a picture. Two things have to be undone.
#
# - For the U-Net, latents were multiplied by a **scaling factor**, so that their standard deviation is about 1 (Rombach
#   et al. 2022, appendix G). The decoder wants them as the encoder made them: divide by `vae.config.scaling_factor`.
# - The decoder's pictures go from −1 to 1, and now and then a little beyond. For plotting they should go from 0 to 1,
#   and what lies outside is cut off (`tensor.clamp(0, 1)`).
#
# Write `to_pictures`. `vae.decode(…)` answers with an object, as the U-Net does; the picture is its `sample`.
#
# *A worked example:* a pixel of −1 is black and becomes 0; a pixel of 0.5 becomes 0.75.


# %%
@torch.no_grad()
def to_pictures(latents):
    """Latents (n, 4, 8, 8) as the U-Net knows them become pictures (n, 3, 32, 32) of 0 to 1."""
    ### BEGIN SOLUTION decode
    pictures = vae.decode(latents / vae.config.scaling_factor).sample
    return (pictures / 2 + 0.5).clamp(0, 1)
    ### STARTER
    # raise NotImplementedError("Undo the scaling, decode, bring the pixels from −1…1 to 0…1.")
    ### END SOLUTION


# %% tags=["public-check"]
painted = torch.from_numpy(scenes.paint(np.random.default_rng(3), things)[0])
with torch.no_grad():
    encoded = vae.encode(painted * 2 - 1).latent_dist.mode() * vae.config.scaling_factor
rebuilt = to_pictures(encoded)
assert rebuilt.shape == painted.shape, f"Expected pictures of shape {tuple(painted.shape)}, not {tuple(rebuilt.shape)}."
assert rebuilt.min() >= 0 and rebuilt.max() <= 1, f"Pixels go from {rebuilt.min():.2f} to {rebuilt.max():.2f}, not from 0 to 1."
error = (rebuilt - painted).abs().mean()
assert error < 0.06, f"Pictures that were encoded and decoded are off by {error:.3f} on average: too much. What is to be undone?"
print("Task 4 looks right.")

# %% tags=["raises-exception"]
show(torch.cat([painted[:3], to_pictures(encoded)[:3]]), ["painted"] * 3 + ["encoded, decoded"] * 3)

# %% [markdown]
# ## Task 5: a prompt goes in, a picture comes out
#
# Put the four together. `text_to_image` gets n prompts, noise (n, 4, 8, 8) to start from, and n negative prompts; where
# `negative_prompts` is None, each is the empty prompt `""`. It returns pictures (n, 3, 32, 32) of 0 to 1.
#
# Nothing else is drawn at random: the same prompt and noise give the same picture. The grader knows what the model makes
# of some noise, so that pictures have to grow from the noise that is handed in.


# %%
@torch.no_grad()
def text_to_image(prompts, noise, negative_prompts=None, steps=20, scale=4.0):
    """Pictures (n, 3, 32, 32) of what n prompts say, grown from noise (n, 4, 8, 8)."""
    ### BEGIN SOLUTION pipeline
    if negative_prompts is None:
        negative_prompts = [""] * len(prompts)
    words, negative = encode_prompts(prompts), encode_prompts(negative_prompts)
    return to_pictures(denoise(unet, noise, words, negative, steps, scale))
    ### STARTER
    # raise NotImplementedError("Encode the prompts, denoise, decode.")
    ### END SOLUTION


# %% tags=["public-check"]
noise = torch.randn(2, 4, 8, 8, generator=torch.Generator().manual_seed(1))
pair = text_to_image(["red circle left of blue square"] * 2, noise)
assert tuple(pair.shape) == (2, 3, 32, 32), f"Two prompts should give two pictures (2, 3, 32, 32), not {tuple(pair.shape)}."
assert not torch.allclose(pair[0], pair[1], atol=0.01), "Different noise should give different pictures. Is `noise` used?"
again = text_to_image(["red circle left of blue square"] * 2, noise)
assert torch.allclose(pair, again, atol=1e-3), "The same noise should give the same pictures: nothing else is drawn."
print("Task 5 works. Look at the pictures below: do they show what they should?")

# %% tags=["raises-exception"]
prompts = [
    "red circle left of blue square", "green triangle left of red square", "blue square left of green circle",
    "red triangle on the right", "green circle on the left", "blue triangle left of blue circle",
]
noise = torch.randn(len(prompts), 4, 8, 8, generator=torch.Generator().manual_seed(2))
show(text_to_image(prompts, noise), prompts)

# %% [markdown]
# ## Look at it
#
# One prompt and the same noise in every column, and a scale that grows from row to row. Then a vague prompt, without
# and with a negative one.

# %% tags=["raises-exception"]
noise = torch.randn(6, 4, 8, 8, generator=torch.Generator().manual_seed(5))
for scale in (0.0, 1.0, 4.0, 12.0):
    show(text_to_image(["red square left of green circle"] * 6, noise, scale=scale), [f"scale {scale:g}"] * 6)

# %% tags=["raises-exception"]
vague = ["circle on the left"] * 6
show(text_to_image(vague, noise), vague)
show(text_to_image(vague, noise, ["red shape on the left"] * 6), ["negative:\nred shape"] * 6)

# %% [markdown]
# ## To think about
#
# With scale 0 the prompt is not used at all, and yet the pictures are of circles, squares and triangles. Where do they
# come from? Follow one column from top to bottom: what do the pictures of the same noise have in common, and what does
# the prompt decide? At the largest scale, colours become harsh and shapes may suffer. Which term of the formula in
# Task 2 grows with the scale, and has the U-Net ever seen latents like those that it leads to while it was trained?
