# %% [markdown]
# # Sampling with DDIM
#
# A diffusion model predicts the noise in a picture. A **scheduler** (in other places: a *sampler*) decides what to do with that
# prediction: it computes the next, less noisy picture, again and again, until none of the noise is left. DDIM (Song,
# Meng & Ermon 2021, "Denoising Diffusion Implicit Models") is the one that made this fast: ten or fifty steps in place
# of a thousand, and nothing random in between.
#
# First you sample with the `DDIMScheduler` of the library diffusers, as it is done with Stable Diffusion. Then you write
# its step yourself, and check it against the library's.
#
# You need PyTorch's tensors, and from the exercise on noise schedules what $\bar\alpha_t$ means: at time step $t$ a clean
# picture $x_0$ has become $x_t = \sqrt{\bar\alpha_t}\, x_0 + \sqrt{1 - \bar\alpha_t}\, \varepsilon$. **A warning about
# names:** the DDIM paper writes $\alpha_t$ for what DDPM, diffusers and this notebook call $\bar\alpha_t$.
#
# Fill in what is missing, run the cells from the top, and hand in the saved notebook. Your functions are graded on *new*
# noise, levels and numbers of steps. What you have solved earns its points even while another task is open: the cells
# that check or plot may fail without ending the run. A cell of your own that fails ends it.
#
# ## The model you are given
#
# In this world a picture is one of ten digits, and the pictures of each digit are a normally distributed cloud, with
# the mean and the covariance of real handwritten digits (scikit-learn's, from UCI). For such clouds one can write
# down the noise that a perfectly trained network would predict, so nothing has to be trained, and all that you see
# is the scheduler's doing. You need not follow the code of the class; use it like a U-Net: `model(x, t)` takes pictures
# `(n, 1, 8, 8)` and a time step from 0 to 999, and returns the predicted noise, of the same shape.
#
# As the latents of Stable Diffusion are, the pictures are scaled to variance 1: their values go from −0.8 to 1.8.

# %%
import matplotlib.pyplot as plt
import numpy as np
import torch
from diffusers import DDIMScheduler
from torch import nn

images = torch.tensor(np.load("data/images.npy"), dtype=torch.float64).reshape(-1, 64)
labels = torch.tensor(np.load("data/labels.npy"))
images = (images - images.mean()) / images.std(correction=0)

# The linear schedule of DDPM: what is kept of a picture's variance at each of the 1000 time steps.
ALPHA_BARS = torch.cumprod(1 - torch.linspace(1e-4, 0.02, 1000, dtype=torch.float64), dim=0)


class ExactModel(nn.Module):
    """Predicts the noise in pictures of digits, exactly: minus sqrt(1 - alpha-bar) times the gradient of log p(x_t)."""

    def __init__(self):
        super().__init__()
        clouds = [images[labels == digit] for digit in range(10)]
        self.log_share = torch.tensor([len(cloud) for cloud in clouds]).log()
        self.means = torch.stack([cloud.mean(dim=0) for cloud in clouds])
        values, self.axes = torch.linalg.eigh(torch.stack([torch.cov(cloud.T, correction=0) for cloud in clouds]))
        self.variances = values.clamp(min=1e-4)  # along each axis of each cloud

    def forward(self, x, t):
        kept = ALPHA_BARS[t]
        away = kept.sqrt() * self.means - x.reshape(-1, 1, 64).double()
        along = torch.einsum("nkp,kpa->nka", away, self.axes)
        variance = kept * self.variances + 1 - kept
        weight = torch.softmax(self.log_share - (along**2 / variance + variance.log()).sum(dim=2) / 2, dim=1)
        gradient = torch.einsum("nk,nka,kpa->np", weight, along / variance, self.axes)
        return (-(1 - kept).sqrt() * gradient).reshape(x.shape).to(x.dtype)


model = ExactModel()


def show(*rows):
    """Draw rows of pictures, each (n, 1, 8, 8)."""
    figure, axes = plt.subplots(len(rows), len(rows[0]), figsize=(0.8 * len(rows[0]), 0.85 * len(rows)), squeeze=False)
    for axis, picture in zip(axes.flat, torch.cat(rows)):
        axis.imshow(picture[0], cmap="gray_r", vmin=-1, vmax=2)
        axis.axis("off")
    plt.show()


show(images[:12].reshape(12, 1, 8, 8))

# %% [markdown]
# ## Task 1: a scheduler
#
# Write `make_scheduler(steps)`. It makes a `DDIMScheduler` that fits the model, tells it by `set_timesteps(steps)` in how
# many steps you want to sample, and returns it. It must
#
# - know the **noise schedule that the model was trained with**: 1000 time steps, and betas that grow linearly from 0.0001
#   to 0.02;
# - **not clip**: by default it forces each estimate of the clean picture into −1 to 1, which suits pictures scaled to that
#   range, and ruins everything else (`clip_sample`);
# - space the time steps **trailing**: counted backwards from the last one, so that it starts at step 999, where pure noise
#   belongs (`timestep_spacing`; Lin et al. 2023, "Common Diffusion Noise Schedules and Sample Steps are Flawed", section
#   3.3). The default, *leading*, would start lower.
#
# What the other arguments are called, and which defaults are right as they are, is told by `help(DDIMScheduler)` and in
# the documentation of diffusers (API, schedulers, DDIMScheduler).
#
# *A worked example:* `DDIMScheduler(beta_schedule="scaled_linear", beta_end=0.012)` is another scheduler, nearly the one
# of Stable Diffusion. After `scheduler.set_timesteps(4)`, `scheduler.timesteps` holds the four time steps, from noisy to clean, and
# `scheduler.alphas_cumprod` always holds $\bar\alpha_t$ for all 1000.


# %%
def make_scheduler(steps):
    """Return a DDIMScheduler that fits the model, set to sample in `steps` steps."""
    ### BEGIN SOLUTION scheduler
    scheduler = DDIMScheduler(
        num_train_timesteps=1000,
        beta_start=0.0001,
        beta_end=0.02,
        beta_schedule="linear",
        clip_sample=False,
        timestep_spacing="trailing",
    )
    scheduler.set_timesteps(steps)
    return scheduler
    ### STARTER
    # raise NotImplementedError("Make a DDIMScheduler, and set its time steps.")
    ### END SOLUTION


# %% tags=["public-check"]
scheduler = make_scheduler(5)
assert scheduler is not None, "return the scheduler; `set_timesteps` alone returns nothing"
assert len(scheduler.timesteps) == 5, f"five time steps, please: you have {len(scheduler.timesteps)}"
assert torch.allclose(scheduler.alphas_cumprod.double(), ALPHA_BARS, rtol=1e-4), "its noise schedule is not the model's"
assert not scheduler.config.clip_sample, "it still clips"
assert scheduler.timesteps.tolist() == [999, 799, 599, 399, 199], f"trailing, the time steps end at 199; you have {scheduler.timesteps}"
print("Task 1 looks right.")

# %% [markdown]
# The grader can't look into a scheduler, so it asks this function what yours is like. Nothing to do here.


# %%
def describe(steps):
    """What make_scheduler makes, in plain numbers."""
    made = make_scheduler(steps)
    return {
        "timesteps": made.timesteps,
        "alpha_bars": made.alphas_cumprod,
        "clips": bool(made.config.clip_sample),
    }


# %% [markdown]
# ## Task 2: sample
#
# The loop around every diffusion model: for each time step of the scheduler, let the model predict the noise in the current
# picture at that time step, and let the scheduler compute the next picture. Write `sample(start, steps)`: it begins
# with the noise `start`, and returns the pictures after the last step.
#
# *A worked example of one call:* `made = scheduler.step(noise, t, x)` takes the predicted noise, the time step, and the
# picture `x` at that step. What it returns has two parts: `made.prev_sample` is the picture at the next, lower noise
# level (*previous* in the order in which noise was added), and `made.pred_original_sample` is what it takes the clean
# picture to be.


# %%
def sample(start, steps):
    """Turn noise (n, 1, 8, 8) into pictures of the same shape, with the scheduler of diffusers, in `steps` steps."""
    ### BEGIN SOLUTION sample
    scheduler = make_scheduler(steps)
    x = start
    for t in scheduler.timesteps:
        x = scheduler.step(model(x, t), t, x).prev_sample
    return x
    ### STARTER
    # raise NotImplementedError("Predict the noise and take a step, once per time step.")
    ### END SOLUTION


# %% tags=["public-check"]
start = torch.randn(12, 1, 8, 8, generator=torch.Generator().manual_seed(4))
scheduler = make_scheduler(1)
one = scheduler.step(model(start, 999), 999, start).prev_sample
found = sample(start, 1)
assert found.shape == start.shape, f"pictures keep their shape: expected {tuple(start.shape)}, not {tuple(found.shape)}"
assert torch.allclose(found, one, atol=1e-4), "with a single step it should be what `step` gives at time step 999"
print("Task 2 looks right. The same noise, in 1, 5, 10, 50 and 200 steps:")
show(*(sample(start, steps) for steps in (1, 5, 10, 50, 200)))

# %% [markdown]
# One step gives the mean of all that is possible, and five are already digits. Now take the scheduler apart.
#
# ## Task 3: what the clean picture might be
#
# Each step begins with a guess. Solve $x_t = \sqrt{\bar\alpha_t}\, x_0 + \sqrt{1 - \bar\alpha_t}\, \varepsilon$ for $x_0$, with
# the predicted noise $\hat\varepsilon$ for $\varepsilon$ (DDIM, equation 9):
#
# $$\hat x_0 = \frac{x_t - \sqrt{1 - \bar\alpha_t}\;\hat\varepsilon}{\sqrt{\bar\alpha_t}} .$$
#
# Write `predict_clean(x, noise, now)`, where `now` is $\bar\alpha_t$, a number between 0 and 1.


# %%
def predict_clean(x, noise, now):
    """Return the estimate of the clean pictures, given x at the noise level `now` and the noise predicted in it."""
    ### BEGIN SOLUTION clean
    return (x - (1 - now) ** 0.5 * noise) / now**0.5
    ### STARTER
    # raise NotImplementedError("Solve for the clean picture.")
    ### END SOLUTION


# %% tags=["public-check"]
found = predict_clean(torch.tensor([1.4]), torch.tensor([1.0]), 0.36)
assert torch.allclose(found, torch.tensor([1.0])), f"(1.4 − 0.8 · 1) / 0.6 is 1; you have {found}"
scheduler = make_scheduler(10)
noise = model(start, 599)
theirs = scheduler.step(noise, 599, start).pred_original_sample
assert torch.allclose(predict_clean(start, noise, ALPHA_BARS[599].item()), theirs, atol=1e-4), "diffusers has another estimate"
print("Task 3 looks right, and diffusers agrees.")

# %% [markdown]
# ## Task 4: the step
#
# The next picture, at the lower noise level $\bar\alpha_s$ with $s < t$, is put together from three parts (DDIM, equation
# 12):
#
# $$x_s = \underbrace{\sqrt{\bar\alpha_s}\;\hat x_0}_{\text{the guess}} \;+\;
# \underbrace{\sqrt{1 - \bar\alpha_s - \sigma^2}\;\hat\varepsilon}_{\text{the predicted noise, put back}} \;+\;
# \underbrace{\sigma\, z}_{\text{fresh noise}}, \qquad
# \sigma = \eta \sqrt{\frac{1 - \bar\alpha_s}{1 - \bar\alpha_t}} \sqrt{1 - \frac{\bar\alpha_t}{\bar\alpha_s}}$$
#
# (equation 16 for $\sigma$), where $z$ is standard normal noise. The variances of the last two parts add up to
# $1 - \bar\alpha_s$, just the noise that belongs to level $s$, whatever $\sigma$ is. With $\eta = 0$ there is no fresh
# noise: the same start always leads to the same picture. With $\eta = 1$ it is the random sampling of DDPM.
#
# Write `ddim_step(x, noise, now, after, eta, fresh)`, with $\bar\alpha_t$ as `now`, $\bar\alpha_s$ as `after`, and $z$ as
# `fresh`, which is only used if `eta` is not 0. Both levels are numbers or tensors with a single number.
#
# *A worked example, with a single pixel:* $x_t = 1.4$, $\hat\varepsilon = 1$, $\bar\alpha_t = 0.36$ give the guess 1, as above. With
# $\bar\alpha_s = 0.64$ and $\eta = 0$ the step leads to $0.8 \cdot 1 + 0.6 \cdot 1 = 1.4$.


# %%
def ddim_step(x, noise, now, after, eta=0.0, fresh=None):
    """Return the pictures at the noise level `after`, given x at the level `now` and the noise predicted in it."""
    ### BEGIN SOLUTION step
    clean = predict_clean(x, noise, now)
    sigma = eta * ((1 - after) / (1 - now)) ** 0.5 * (1 - now / after) ** 0.5
    x = after**0.5 * clean + (1 - after - sigma**2) ** 0.5 * noise
    return x if fresh is None else x + sigma * fresh
    ### STARTER
    # raise NotImplementedError("Put the next picture together.")
    ### END SOLUTION


# %% tags=["public-check"]
one, two = torch.tensor([1.4]), torch.tensor([1.0])
found = ddim_step(one, two, 0.36, 0.64)
assert torch.allclose(found, torch.tensor([1.4])), f"the worked example comes to 1.4; you have {found}"
assert torch.allclose(ddim_step(one, two, 0.36, 1.0), two), "with `after` = 1 no noise is left: the guess itself"
scheduler = make_scheduler(10)
now, after = ALPHA_BARS[599].item(), ALPHA_BARS[499].item()
theirs = scheduler.step(noise, 599, start).prev_sample
assert torch.allclose(ddim_step(start, noise, now, after), theirs, atol=1e-4), "diffusers comes to another picture"
print("The step without fresh noise looks right, and diffusers agrees.")

# %% tags=["public-check"]
fresh = torch.randn(start.shape, generator=torch.Generator().manual_seed(5))
for eta in (0.5, 1.0):
    theirs = scheduler.step(noise, 599, start, eta=eta, variance_noise=fresh).prev_sample
    assert torch.allclose(ddim_step(start, noise, now, after, eta, fresh), theirs, atol=1e-4), (
        f"with eta = {eta} diffusers comes to another picture"
    )
print("The step with fresh noise looks right, and diffusers agrees.")

# %% [markdown]
# ## Task 5: any steps you like
#
# The scheduler's time steps are equally spaced. Nothing in equation 12 asks for that (DDIM, section 4.2): any
# falling list of time steps will do. Write `sample_along(start, timesteps)`, with your own step and $\eta = 0$ (the model
# is `model`, the noise levels are in `ALPHA_BARS`). From each time step it goes to the next one in the list; **from the last
# one it goes to the clean picture**, whose level is 1.
#
# *A worked example:* for the time steps 900, 500 and 100 there are three steps: from 900 to 500, from 500 to 100, and from
# 100 to clean. `zip([900, 500, 100], [500, 100, None])` gives these pairs.


# %%
def sample_along(start, timesteps):
    """Turn noise (n, 1, 8, 8) into pictures, along a falling list of time steps and then to the clean picture."""
    ### BEGIN SOLUTION along
    x = start
    levels = [ALPHA_BARS[t].item() for t in timesteps] + [1.0]
    for t, now, after in zip(timesteps, levels, levels[1:]):
        x = ddim_step(x, model(x, t), now, after)
    return x
    ### STARTER
    # raise NotImplementedError("Walk down the list with your own step, and then to the clean picture.")
    ### END SOLUTION


# %% tags=["public-check"]
found = sample_along(start, [999, 499])
assert found.shape == start.shape, f"pictures keep their shape: expected {tuple(start.shape)}, not {tuple(found.shape)}"
halfway = ddim_step(start, model(start, 999), ALPHA_BARS[999].item(), ALPHA_BARS[499].item())
assert not torch.allclose(found, halfway, atol=1e-3), "one step is missing: the one from the last time step to the clean picture"
clean = predict_clean(halfway, model(halfway, 499), ALPHA_BARS[499].item())
assert torch.allclose(found, clean, atol=1e-3), "from 999 to 499, then to clean: two steps, each with a prediction of its own"
print("Task 5 looks right.")

# %% tags=["public-check"]
theirs, mine = sample(start, 10), sample_along(start, list(range(999, 0, -100)))
print(f"Ten steps of diffusers and ten of yours: the largest difference is {(theirs - mine).abs().max().item():.1e}.")
assert torch.allclose(theirs, mine, atol=2e-2), "with the same time steps, both should come to the same pictures"

# %% [markdown]
# ## Look at it
#
# One sample on its way, in ten steps. Above, the picture at each noise level. Below, what the model would call the clean
# picture at that moment: first a blur of all digits, then one that makes up its mind.

# %% tags=["raises-exception"]
path, guesses, x = [], [], start[:1]
steps = list(range(999, 0, -100))
for t, s in zip(steps, [*steps[1:], None]):
    noise, now = model(x, t), ALPHA_BARS[t].item()
    path.append(x)
    guesses.append(predict_clean(x, noise, now))
    x = ddim_step(x, noise, now, 1.0 if s is None else ALPHA_BARS[s].item())
show(torch.cat([*path, x]), torch.cat([*guesses, x]))

# %% [markdown]
# How many steps are enough? The distance of the pictures from those of 500 steps, for the same noise.

# %% tags=["raises-exception"]
many = torch.randn(60, 1, 8, 8, generator=torch.Generator().manual_seed(6))
exact, counts = sample(many, 500), [1, 2, 4, 5, 8, 10, 20, 25, 40, 50, 100]
plt.figure(figsize=(6, 3.2))
plt.loglog(counts, [(sample(many, count) - exact).square().mean().sqrt() for count in counts], "o-")
plt.xlabel("steps")
plt.ylabel("root mean squared distance")
plt.tight_layout()

# %% [markdown]
# And fresh noise: twelve times the *same* start, in 50 steps, with $\eta$ = 0, 0.3 and 1.

# %% tags=["raises-exception"]
rows, generator = [], torch.Generator().manual_seed(7)
levels = torch.cat([ALPHA_BARS[19::20].flip(0), torch.ones(1)])  # time steps 999, 979, …, 19, then clean
for eta in (0.0, 0.3, 1.0):
    pictures = start[:1].expand(12, 1, 8, 8)
    for place, t in enumerate(range(999, 0, -20)):
        fresh = torch.randn(pictures.shape, generator=generator)
        pictures = ddim_step(pictures, model(pictures, t), levels[place].item(), levels[place + 1].item(), eta, fresh)
    rows.append(pictures)
show(*rows)

# %% [markdown]
# ## To think about
#
# Without fresh noise, a start and its picture belong together: the walk is a road that could be travelled in the other
# direction, from a picture to the noise it comes from. Write down the step that undoes `ddim_step`. You would need the noise
# predicted at the place where the step *ends*, but you only know the place where it begins. When does that matter
# little? Try it on a few pictures of digits, with 10, 50 and 500 steps, and sample from the noise that you arrive at. (This is called
# DDIM inversion, and DiffEdit is built on it.)
