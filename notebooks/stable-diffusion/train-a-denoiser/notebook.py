# %% [markdown]
# # Train a denoiser
#
# Everything that a diffusion model knows sits in one network: it looks at a noisy picture and predicts the noise. In this
# notebook you build a small U-Net that does so, train it on pictures of 12×12 pixels, and let it turn noise into pictures.
# The U-Net of Stable Diffusion has nearly a hundred thousand times as many weights; its loss and its training step are
# the ones that you write here.
#
# You need PyTorch (modules, the training loop), convolutional layers, and from the exercise on noise schedules what
# $\bar\alpha_t$ is. You will be graded on *new* pictures and noise. The pictures are so small that a GPU would be no faster; training
# takes a few seconds on any computer.
#
# Fill in what is missing, run the cells from the top, and hand in the saved notebook. Later tasks use earlier ones:
# when several checks fail, mend the first one first. What you have solved earns its points even while another task is open: the
# cells that check, train or plot may fail without ending the run. A cell of your own that fails ends it.

# %%
import matplotlib.pyplot as plt
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(0)

# (1500, 1, 12, 12): pictures with one channel, scaled to -1 to 1. Each shows a disc, a square or a cross.
pictures = torch.tensor(np.load("data/shapes.npy"), dtype=torch.float32)[:, None] / 127.5 - 1

# The cosine schedule (Nichol & Dhariwal 2021, equation 17) with 200 time steps, counted 0 to 199.
STEPS = 200
f = torch.cos((torch.arange(STEPS + 1, dtype=torch.float64) / STEPS + 0.008) / 1.008 * torch.pi / 2) ** 2
ALPHA_BARS = torch.cumprod(1 - (1 - f[1:] / f[:-1]).clamp(max=0.999), dim=0).float()


def show(*rows):
    """Draw rows of pictures, each (n, 1, 12, 12)."""
    figure, axes = plt.subplots(len(rows), len(rows[0]), figsize=(0.8 * len(rows[0]), 0.85 * len(rows)), squeeze=False)
    for axis, picture in zip(axes.flat, torch.cat(rows)):
        axis.imshow(picture[0], cmap="gray", vmin=-1, vmax=1)
        axis.axis("off")
    plt.show()


show(pictures[:12], pictures[12:24])

# %% [markdown]
# ## Task 1: add noise
#
# The examples to learn from are made on the spot. Take a clean picture $x_0$, a time step $t$ and standard normal noise
# $\varepsilon$, and mix them (Ho, Jain & Abbeel 2020, "Denoising Diffusion Probabilistic Models", DDPM for short, equation 4):
#
# $$x_t = \sqrt{\bar\alpha_t}\; x_0 + \sqrt{1 - \bar\alpha_t}\; \varepsilon .$$
#
# Write `add_noise(x0, t, noise)` for a batch: `x0` and `noise` have the shape `(n, 1, height, width)`, and `t` holds `n`
# whole numbers, one for each picture. The noise levels are in `ALPHA_BARS`.
#
# *A worked example:* `torch.tensor([5.0, 6.0, 7.0])[torch.tensor([2, 0])]` is `[7, 5]`. To multiply each picture by a number of its
# own, the `n` numbers need the shape `(n, 1, 1, 1)`: `numbers.view(-1, 1, 1, 1)`.


# %%
def add_noise(x0, t, noise):
    """Return noisy pictures, shaped like x0 (n, 1, height, width); picture i is at time step t[i]."""
    ### BEGIN SOLUTION add_noise
    kept = ALPHA_BARS[t].view(-1, 1, 1, 1)
    return kept.sqrt() * x0 + (1 - kept).sqrt() * noise
    ### STARTER
    # raise NotImplementedError("Mix each picture with its noise, by its own time step.")
    ### END SOLUTION


# %% tags=["public-check"]
t = torch.tensor([0, 60, 120, 199])
noise = torch.randn(4, 1, 12, 12)
noisy = add_noise(pictures[:4], t, noise)
assert noisy.shape == (4, 1, 12, 12), f"pictures keep their shape: expected (4, 1, 12, 12), not {tuple(noisy.shape)}"
assert (noisy[0] - pictures[0]).abs().max() < 0.1, "at time step 0 there is hardly any noise"
assert (noisy[3] - noise[3]).abs().max() < 0.1, "at the last time step there is hardly anything but noise"
kept = ALPHA_BARS[60].item()
assert torch.allclose(noisy[1], kept**0.5 * pictures[1] + (1 - kept) ** 0.5 * noise[1], atol=1e-5), (
    "the second picture is at time step 60: compare with the formula"
)
print("Task 1 looks right.")
show(add_noise(pictures[:1].expand(10, 1, 12, 12), torch.arange(0, 200, 22), torch.randn(10, 1, 12, 12)))

# %% [markdown]
# ## Task 2: tell the time
#
# The same network has to work at all noise levels, so it is told $t$. A single number between 0 and 199 is hard to use for a
# network; DDPM (appendix B) turns it into many waves of different length, as the Transformer does with positions (Vaswani et
# al. 2017, "Attention Is All You Need", section 3.5). We use
#
# $$\omega_k = 10000^{-k / m}, \qquad e(t) = \bigl(\sin(\omega_0 t), \dots, \sin(\omega_{m-1} t),\;
# \cos(\omega_0 t), \dots, \cos(\omega_{m-1} t)\bigr),$$
#
# first all sines, then all cosines, with $k = 0, \dots, m - 1$. (The Transformer takes sines and cosines in turn. Any order does, as
# long as it is always the same; here it is this one.)
#
# Write `embed(t, size)`: `t` holds `n` whole numbers, `size` is $2m$, and the result has the shape `(n, size)`.
#
# *A worked example:* for column `a` of shape `(3, 1)` and row `b` of shape `(4,)`, the product `a * b` is a table of shape `(3,
# 4)`. `t[:, None]` makes a column of `t`, and `torch.cat([A, B], dim=1)` puts two tables side by side.


# %%
def embed(t, size=32):
    """Return the waves at the time steps t (n,): shape (n, size), first the sines, then the cosines."""
    ### BEGIN SOLUTION embed
    half = size // 2
    frequencies = 10000.0 ** (-torch.arange(half) / half)
    angles = t[:, None] * frequencies
    return torch.cat([angles.sin(), angles.cos()], dim=1)
    ### STARTER
    # raise NotImplementedError("One row of sines and cosines for each time step.")
    ### END SOLUTION


# %% tags=["public-check"]
waves = embed(torch.tensor([0, 3]), 4)
assert waves.shape == (2, 4), f"two time steps, four numbers each: expected (2, 4), not {tuple(waves.shape)}"
assert torch.allclose(waves[0], torch.tensor([0.0, 0.0, 1.0, 1.0])), f"at t = 0 sines are 0 and cosines 1; you have {waves[0]}"
right = torch.tensor([np.sin(3), np.sin(0.03), np.cos(3), np.cos(0.03)], dtype=torch.float32)
assert torch.allclose(waves[1], right, atol=1e-4), f"at t = 3 the frequencies 1 and 0.01 give {right}; you have {waves[1]}"
print("Task 2 looks right.")
plt.figure(figsize=(6, 2.2))
plt.imshow(embed(torch.arange(STEPS)).T, aspect="auto", cmap="RdBu")
plt.xlabel("time step")
plt.ylabel("number")
plt.show()

# %% [markdown]
# ## Task 3: a U-Net
#
# Noise has to be judged pixel by pixel, but *what* the picture shows is only seen from afar. A U-Net (Ronneberger, Fischer & Brox 2015)
# does both: it works on the full picture, shrinks it, works on the small one, enlarges it again, and puts
# **what it knew before shrinking** beside it, so that no detail is lost. That last part is called a skip connection.
#
# The layers are declared. `Block` is two convolutions; it adds the time to its channels, and is given. Write `forward(x, t)`:
#
# 1. `time`: the waves of `t` through `self.time`.
# 2. `fine`: `x` through the block `self.down`, still 12×12, 8 channels.
# 3. Halve its sides with `F.avg_pool2d(…, 2)`, and send it through the block `self.middle`: 6×6, 16 channels.
# 4. Double the sides again: `F.interpolate(…, scale_factor=2)`.
# 5. Put `fine` and this side by side **as channels** (8 + 16 = 24), and send them through the block `self.up`.
# 6. `self.out` makes the one channel of predicted noise of it. No activation function after it: noise has any sign and size.
#
# *A worked example:* a picture has the shape `(n, channels, height, width)`. For `a` of shape `(5, 3, 8, 8)` and `b` of shape `(5,
# 4, 8, 8)`, `torch.cat([a, b], dim=1)` has the shape `(5, 7, 8, 8)`. A block is called with two things, as in `block(a, time)`.


# %%
class Block(nn.Module):
    """Two convolutions, with the time added between them, and a short cut around both."""

    def __init__(self, channels_in, channels_out, time_size):
        super().__init__()
        self.first = nn.Conv2d(channels_in, channels_out, 3, padding=1)
        self.norm = nn.GroupNorm(4, channels_out)
        self.time = nn.Linear(time_size, channels_out)
        self.second = nn.Conv2d(channels_out, channels_out, 3, padding=1)
        self.around = nn.Conv2d(channels_in, channels_out, 1)

    def forward(self, x, time):
        inner = F.silu(self.norm(self.first(x)) + self.time(time)[:, :, None, None])
        return F.silu(self.second(inner)) + self.around(x)


class UNet(nn.Module):
    """Noisy pictures (n, 1, height, width) and time steps (n,) to predicted noise, shaped like the pictures."""

    def __init__(self):
        super().__init__()
        self.time = nn.Sequential(nn.Linear(32, 32), nn.SiLU())
        self.down = Block(1, 8, 32)
        self.middle = Block(8, 16, 32)
        self.up = Block(24, 8, 32)
        self.out = nn.Conv2d(8, 1, 1)

    def forward(self, x, t):
        ### BEGIN SOLUTION forward
        time = self.time(embed(t))
        fine = self.down(x, time)
        coarse = self.middle(F.avg_pool2d(fine, 2), time)
        both = torch.cat([fine, F.interpolate(coarse, scale_factor=2)], dim=1)
        return self.out(self.up(both, time))
        ### STARTER
        # raise NotImplementedError("Down, middle, up: see the six steps.")
        ### END SOLUTION


# %% tags=["public-check"]
untrained = UNet()
x = torch.randn(5, 1, 12, 12)
early, late = untrained(x, torch.full((5,), 3)), untrained(x, torch.full((5,), 150))
assert early.shape == x.shape, f"noise has the shape of the pictures: expected {tuple(x.shape)}, not {tuple(early.shape)}"
assert (early - late).abs().max() > 1e-3, "time steps 3 and 150 give the same answer: does the time reach the blocks?"
assert (early < 0).any() and (early > 0).any(), "noise has both signs: is there an activation function after the last layer?"
print(f"Task 3 looks right: {sum(p.numel() for p in untrained.parameters()):,} parameters.")

# %% [markdown]
# ## Task 4: the loss
#
# The loss is as simple as can be: how far is the predicted noise from the noise that was added? (DDPM, equation 14.)
#
# $$L = \operatorname{mean}\bigl(\varepsilon - \varepsilon_\theta(x_t, t)\bigr)^2,$$
#
# the mean over all pixels of all pictures of a batch. To have something to compare with: noise has variance 1, so a network that
# always says 0 has a loss of 1.
#
# Write `denoising_loss(network, x0, t, noise)`. It adds the noise to the clean pictures `x0`, asks the network, and
# returns the loss. *A worked example:* `F.mse_loss(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 4.0]))` is 2.


# %%
def denoising_loss(network, x0, t, noise):
    """Return the mean squared error of the noise that the network predicts: a single number (a tensor)."""
    ### BEGIN SOLUTION loss
    return F.mse_loss(network(add_noise(x0, t, noise), t), noise)
    ### STARTER
    # raise NotImplementedError("Add the noise, predict it, compare.")
    ### END SOLUTION


# %% tags=["public-check"]
t, noise = torch.randint(STEPS, (400,)), torch.randn(400, 1, 12, 12)
loss = denoising_loss(lambda x, t: torch.zeros_like(x), pictures[:400], t, noise)
assert loss.shape == (), f"a single number, please, not the shape {tuple(loss.shape)}"
assert 0.9 < loss < 1.1, f"who always says 0 should have a loss near 1, not {loss:.3f}"
assert denoising_loss(lambda x, t: noise, pictures[:400], t, noise) < 1e-6, "who predicts the noise exactly has the loss 0"
print("Task 4 looks right.")

# %% [markdown]
# The grader asks for the loss of a network that it knows: half of what it sees. Nothing to do here.


# %%
def loss_of_half(x0, t, noise):
    """The loss of a network that takes half of each noisy picture for the noise."""
    return denoising_loss(lambda x, t: x / 2, x0, t, noise)


# %% [markdown]
# ## Task 5: train
#
# One training step (DDPM, algorithm 1): take clean pictures, **draw a time step for each of them** (every one from 0 to `STEPS - 1`
# equally likely) **and standard normal noise**, compute the loss, and let the optimiser make a step. Write this for one batch
# `x0`; call the loss `loss`, the line below needs it.
#
# *A worked example:* `torch.randint(6, (3,))` rolls three dice that show 0 to 5; `torch.randn_like(a)` draws standard normal
# noise in the shape of `a`.


# %%
def train(network, pictures, steps=600):
    """Train the network for that many steps; return the mean loss of every 50."""
    optimizer = torch.optim.Adam(network.parameters(), lr=0.004)
    losses = []
    for _ in range(steps):
        x0 = pictures[torch.randint(len(pictures), (32,))]
        ### BEGIN SOLUTION step
        t, noise = torch.randint(STEPS, (len(x0),)), torch.randn_like(x0)
        loss = denoising_loss(network, x0, t, noise)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        ### STARTER
        # raise NotImplementedError("Draw time steps and noise, compute `loss`, and make a step.")
        ### END SOLUTION
        losses.append(loss.item())
    return [float(np.mean(losses[start : start + 50])) for start in range(0, steps, 50)]


# %% tags=["public-check"]
trial = train(UNet(), pictures, steps=100)
assert trial[-1] < 0.8, f"after 100 steps the loss is still {trial[-1]:.2f}: little better than always saying 0"
assert trial[-1] < trial[0], f"the loss does not fall: {trial[0]:.2f}, then {trial[-1]:.2f}"
print("Task 5 looks right.")

# %% [markdown]
# Now train the network that you hand in. `model` and `losses` are looked at when you are graded, so keep their names. You may
# train for longer: all points are given for what the 600 steps reach, within a margin.

# %% tags=["raises-exception"]
torch.manual_seed(1)
model = UNet()
losses = train(model, pictures)
print("mean loss of every 50 steps:", np.round(losses, 3))


# %%
@torch.no_grad()
def predict_noise(x, t):
    """What the trained model says, for pictures (n, 1, 12, 12) and time steps (n,)."""
    return model(x, t)


# %% [markdown]
# ## Look at it
#
# First, what the model makes of noisy pictures that it was not trained on (they are mirrored). From above: clean; with noise;
# and cleaned by $\hat x_0 = (x_t - \sqrt{1 - \bar\alpha_t}\,\hat\varepsilon) / \sqrt{\bar\alpha_t}$ (DDPM, equation 15). The time
# step grows from left to right.

# %% tags=["raises-exception"]
t = torch.arange(10, 190, 16)
clean = pictures[: len(t)].flip(3)
noisy = add_noise(clean, t, torch.randn_like(clean))
level = ALPHA_BARS[t][:, None, None, None]
show(clean, noisy, (noisy - (1 - level).sqrt() * predict_noise(noisy, t)) / level.sqrt())

# %% [markdown]
# Then, pictures out of nothing: 40 steps of DDIM (it has an exercise of its own) from pure noise. Five seconds of training
# make blobs, and here and there a disc or a cross. What do you get after 6000 steps?

# %% tags=["raises-exception"]
x = torch.randn(24, 1, 12, 12, generator=torch.Generator().manual_seed(2))
steps = torch.linspace(STEPS - 1, 0, 40).round().long()
for t, after in zip(steps, [*ALPHA_BARS[steps[1:]], torch.tensor(1.0)]):
    now = ALPHA_BARS[t]
    noise = predict_noise(x, t.repeat(24))
    guess = ((x - (1 - now).sqrt() * noise) / now.sqrt()).clamp(-1, 1)
    x = after.sqrt() * guess + (1 - after).sqrt() * (x - now.sqrt() * guess) / (1 - now).sqrt()
show(x[:12], x[12:])

# %% [markdown]
# And where the loss comes from: the mean squared error at each time step.

# %% tags=["raises-exception"]
with torch.no_grad():
    errors = []
    for t in range(0, STEPS, 5):
        noise = torch.randn(200, 1, 12, 12)
        errors.append(denoising_loss(model, pictures[:200], torch.full((200,), t), noise).item())
plt.figure(figsize=(6, 3))
plt.plot(range(0, STEPS, 5), errors)
plt.xlabel("time step")
plt.ylabel("mean squared error of the noise")
plt.show()

# %% [markdown]
# ## To think about
#
# The error is largest where there is *least* noise, and smallest where there is nothing but noise. Why is that so, and why would
# even a perfect network not reach 0 at the early steps? Suppose now that the network predicted the clean picture in place of the
# noise: at which end would its error be large? What does that mean for a loss that weighs all time steps alike?
