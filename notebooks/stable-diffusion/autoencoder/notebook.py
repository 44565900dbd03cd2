# %% [markdown]
# # An autoencoder and its latents
#
# A picture of 512×512 pixels in colour is 786,432 numbers, and most of them say what their neighbours say. *Latent* diffusion
# (Rombach et al. 2022, "High-Resolution Image Synthesis with Latent Diffusion Models") therefore trains two networks first: an
# **encoder** that shrinks a picture to a small array of numbers, its *latent*, and a **decoder** that makes a picture of it
# again. The diffusion model then only ever sees latents. In Stable Diffusion these are 4×64×64, 48 times fewer numbers.
#
# You build such a pair for small pictures, 16×16 pixels down to 2×4×4 numbers, an eighth. You train it, compare it with the
# best that a linear method can do, and prepare the latents for a diffusion model. (The autoencoder of Stable Diffusion is a
# *variational* one with further parts in its loss; ours is the plain kind.)
#
# You need PyTorch (modules, the training loop) and convolutional layers. You will be graded on *new* pictures of the same
# kind. Training takes a few seconds on any computer; pictures this small would be no faster on a GPU.
#
# Fill in what is missing, run the cells from the top, and hand in the saved notebook. What you have solved earns its points even
# while another task is open: the cells that check, train or plot may fail without ending the run. A cell of your own that
# fails ends it.

# %%
import matplotlib.pyplot as plt
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(0)

# (2000, 1, 16, 16): pictures with one channel, scaled to -1 to 1. Each shows two discs or squares. The last 200 are kept
# aside to look at what training has done.
everything = torch.tensor(np.load("data/shapes.npy"), dtype=torch.float32)[:, None] / 127.5 - 1
pictures, kept_aside = everything[:1800], everything[1800:]


def show(*rows):
    """Draw rows of pictures, each (n, 1, height, width)."""
    figure, axes = plt.subplots(len(rows), len(rows[0]), figsize=(0.8 * len(rows[0]), 0.85 * len(rows)), squeeze=False)
    for axis, picture in zip(axes.flat, [picture for row in rows for picture in row]):
        axis.imshow(picture[0], cmap="gray", vmin=-1, vmax=1)
        axis.axis("off")
    plt.show()


show(pictures[:12], pictures[12:24])

# %% [markdown]
# ## Task 1: what is possible without a network
#
# **Principal component analysis** (PCA) is the best *linear* way to squeeze a picture into $k$ numbers and back: no other
# has a smaller mean squared error on the pictures it was made from (Goodfellow, Bengio & Courville 2016, *Deep Learning*,
# section 2.12). It takes the pictures as rows $x$ of pixels, subtracts their mean $\mu$, and finds the $k$ directions in which they
# vary most, the rows of a matrix $V$ of the shape `(k, pixels)`. Then
#
# $$z = V (x - \mu), \qquad \hat x = \mu + V^\top z .$$
#
# Write `pca_reconstruct(known, new, k)`: mean and directions come from the pictures `known`, and it returns the pictures
# `new`, squeezed into `k` numbers each and rebuilt.
#
# *A worked example:* `U, S, V = torch.linalg.svd(table, full_matrices=False)` gives in the *rows* of `V` the directions of a table,
# sorted by how much its rows vary along them, if each column of the table has mean 0. For rows `A` of shape `(n, 5)` and directions `D` of
# shape `(2, 5)`, `A @ D.T` holds the 2 numbers of each row. `pictures.flatten(1)` makes rows of pictures, and
# `rows.view_as(pictures)` makes pictures of rows.


# %%
def pca_reconstruct(known, new, k):
    """Return the pictures new (n, 1, h, w), rebuilt from k numbers each, by the principal components of known."""
    ### BEGIN SOLUTION pca
    rows, mean = new.flatten(1), known.flatten(1).mean(dim=0)
    directions = torch.linalg.svd(known.flatten(1) - mean, full_matrices=False)[2][:k]
    return (mean + (rows - mean) @ directions.T @ directions).view_as(new)
    ### STARTER
    # raise NotImplementedError("Squeeze the new pictures into k numbers each, and rebuild them.")
    ### END SOLUTION


# %% tags=["public-check"]
rebuilt = pca_reconstruct(pictures, kept_aside, 32)
assert rebuilt.shape == kept_aside.shape, f"pictures keep their shape: expected {tuple(kept_aside.shape)}, not {tuple(rebuilt.shape)}"
line = torch.tensor([[1.0, 1.0], [2.0, 3.0], [3.0, 5.0]]).view(3, 1, 1, 2)
assert torch.allclose(pca_reconstruct(line, line + 4, 1), line + torch.tensor([2.4, 4.8]), atol=1e-3), (
    "the points (1, 1), (2, 3), (3, 5) lie on a line: the new ones should be moved onto it, at right angles"
)
assert F.mse_loss(pca_reconstruct(pictures, kept_aside, 256), kept_aside) < 1e-4, "with as many numbers as pixels nothing is lost"
print(f"Task 1 looks right. With 32 numbers, PCA's mean squared error is {F.mse_loss(rebuilt, kept_aside):.4f}.")
show(kept_aside[:12], rebuilt[:12])

# %% [markdown]
# ## Task 2: an encoder and a decoder
#
# Both are stacks of convolutional layers, with an activation function between each two. Write two functions that make
# them:
#
# - `make_encoder()`: pictures `(n, 1, 16, 16)` to latents `(n, 2, 4, 4)`. The sides have to be halved twice. Take more channels
#   inside than at the end: 16 and 32, for instance.
# - `make_decoder()`: latents to pictures, the other way round. The sides have to be doubled twice. No activation function
#   after the last layer: pixels go from −1 to 1.
#
# *A worked example:* `nn.Conv2d(3, 8, 3, stride=2, padding=1)` turns 3 channels of 10×10 into 8 channels of 5×5. With
# `stride=1` the sides stay 10×10. `nn.Upsample(scale_factor=2)` doubles the sides and has nothing to learn. `nn.Sequential(a, b, c)` applies
# layers one after another; `nn.SiLU()` and `nn.ReLU()` are activation functions.


# %%
def make_encoder():
    """Return a network from pictures (n, 1, 16, 16) to latents (n, 2, 4, 4)."""
    ### BEGIN SOLUTION encoder
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, stride=2, padding=1),
        nn.SiLU(),
        nn.Conv2d(16, 32, 3, stride=2, padding=1),
        nn.SiLU(),
        nn.Conv2d(32, 2, 3, padding=1),
    )
    ### STARTER
    # raise NotImplementedError("Halve the sides twice, and end with two channels.")
    ### END SOLUTION


def make_decoder():
    """Return a network from latents (n, 2, 4, 4) to pictures (n, 1, 16, 16)."""
    ### BEGIN SOLUTION decoder
    return nn.Sequential(
        nn.Conv2d(2, 32, 3, padding=1),
        nn.SiLU(),
        nn.Upsample(scale_factor=2),
        nn.Conv2d(32, 16, 3, padding=1),
        nn.SiLU(),
        nn.Upsample(scale_factor=2),
        nn.Conv2d(16, 16, 3, padding=1),
        nn.SiLU(),
        nn.Conv2d(16, 1, 3, padding=1),
    )
    ### STARTER
    # raise NotImplementedError("Double the sides twice, and end with one channel.")
    ### END SOLUTION


# %% tags=["public-check"]
latents = make_encoder()(pictures[:5])
assert latents.shape == (5, 2, 4, 4), f"five pictures should have latents of the shape (5, 2, 4, 4), not {tuple(latents.shape)}"
print("The encoder looks right.")

# %% tags=["public-check"]
rebuilt = make_decoder()(torch.randn(5, 2, 4, 4))
assert rebuilt.shape == (5, 1, 16, 16), f"five latents should become pictures (5, 1, 16, 16), not {tuple(rebuilt.shape)}"
assert rebuilt.min() < 0 < make_decoder()(3 * torch.randn(200, 2, 4, 4)).max(), "pixels have both signs: what is the last layer?"
print("The decoder looks right.")

# %% [markdown]
# ## Task 3: train both together
#
# There are no labels. The picture is its own answer: encode it, decode the latent, and compare with what went in, by the mean
# squared error over all pixels. The gradient runs through the decoder into the encoder, so that both learn together. Write the
# training step for one batch `x`; call the loss `loss`, the line below needs it.
#
# *A worked example:* `F.mse_loss(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 4.0]))` is 2.


# %%
def train(encoder, decoder, pictures, steps=500):
    """Train both networks for that many steps; return the mean loss of every 50."""
    optimizer = torch.optim.Adam([*encoder.parameters(), *decoder.parameters()], lr=0.004)
    losses = []
    for _ in range(steps):
        x = pictures[torch.randint(len(pictures), (32,))]
        ### BEGIN SOLUTION step
        loss = F.mse_loss(decoder(encoder(x)), x)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        ### STARTER
        # raise NotImplementedError("Rebuild the batch, compute `loss`, and make a step.")
        ### END SOLUTION
        losses.append(loss.item())
    return [float(np.mean(losses[start : start + 50])) for start in range(0, steps, 50)]


# %% tags=["public-check"]
trial = train(make_encoder(), make_decoder(), pictures, steps=100)
assert trial[-1] < 0.6 * trial[0], f"the loss hardly falls: the first 50 steps have {trial[0]:.3f}, the next {trial[-1]:.3f}"
print("Task 3 looks right.")

# %% [markdown]
# Now train the networks that you hand in. `encoder`, `decoder` and `losses` are looked at when you are graded, so keep their names. You
# may train for longer: all points are given for what the 500 steps reach, within a margin.

# %% tags=["raises-exception"]
torch.manual_seed(1)
encoder, decoder = make_encoder(), make_decoder()
losses = train(encoder, decoder, pictures)
print("mean loss of every 50 steps:", np.round(losses, 4))

# %% [markdown]
# What follows uses the trained networks through these two functions, and so does the grader.


# %%
@torch.no_grad()
def encode(x):
    """Pictures (n, 1, 16, 16) to latents, by the trained encoder."""
    return encoder(x)


@torch.no_grad()
def decode(z):
    """Latents to pictures, by the trained decoder."""
    return decoder(z)


# %% [markdown]
# Pictures that were kept aside; rebuilt from 32 numbers by your autoencoder; and by PCA, from as many numbers. Below, the two
# channels of the latents: what do they have to do with the pictures above them?

# %% tags=["raises-exception"]
rebuilt = decode(encode(kept_aside))
print(f"Mean squared error on pictures kept aside: {F.mse_loss(rebuilt, kept_aside):.4f}")
show(kept_aside[:12], rebuilt[:12], pca_reconstruct(pictures, kept_aside[:12], 32))
z = encode(kept_aside[:12])
z = (z - z.mean()) / z.std() / 2
show(z[:, :1], z[:, 1:])

# %% [markdown]
# ## Task 4: reconstruct
#
# Write `reconstruct(x)`, which takes pictures through the bottleneck: to latents and back. Nothing else may pass: the grader also
# sends in pictures of pure noise, which no 32 numbers can hold.


# %%
def reconstruct(x):
    """Return the pictures x (n, 1, 16, 16) as the trained networks rebuild them."""
    ### BEGIN SOLUTION reconstruct
    return decode(encode(x))
    ### STARTER
    # raise NotImplementedError("To latents and back.")
    ### END SOLUTION


# %% tags=["public-check"]
rebuilt = reconstruct(kept_aside)
assert rebuilt.shape == kept_aside.shape, f"pictures keep their shape: expected {tuple(kept_aside.shape)}, not {tuple(rebuilt.shape)}"
error, linear = F.mse_loss(rebuilt, kept_aside), F.mse_loss(pca_reconstruct(pictures, kept_aside, 32), kept_aside)
assert error < linear, f"PCA still does better: {linear:.4f}, and your networks have {error:.4f}"
print(f"Task 4 looks right: {error:.4f}, where PCA has {linear:.4f}.")

# %% [markdown]
# ## Task 5: scale the latents
#
# Noise schedules are made for data of variance 1, and nobody told the encoder about that. So Rombach et al. (appendix G) measure the
# spread of the latents on training pictures and divide by it, once and for all, by **a single number** for all channels and places:
#
# $$\hat\sigma^2 = \frac1{N} \sum_{i=1}^{N} (z_i - \hat\mu)^2, \qquad \hat\mu = \frac1N \sum_{i=1}^{N} z_i ,$$
#
# over all $N$ numbers in the latents. The factor $1 / \hat\sigma$ is what diffusers calls `scaling_factor`; for Stable Diffusion 1 it is
# 0.18215. The mean is *not* subtracted from the latents, it only serves to measure the spread.
#
# Write three functions: `scaling_factor(latents)` returns $1 / \hat\sigma$; `to_latent(x)` gives the scaled latents of pictures, ready for a
# diffusion model; `from_latent(z)` makes pictures of scaled latents. Use the number `SCALE`, which the cell in between works out from your
# training pictures.
#
# *A worked example:* the numbers 1, 3, 5, 7 have mean 4 and squared distances 9, 1, 1, 9 from it, so $\hat\sigma^2 = 5$. In torch,
# `a.std()` divides by $N - 1$; `a.std(correction=0)` divides by $N$.


# %%
def scaling_factor(latents):
    """Return the one number by which to multiply latents (n, channels, h, w), so that they have standard deviation 1."""
    ### BEGIN SOLUTION scale
    return 1 / latents.std(correction=0)
    ### STARTER
    # raise NotImplementedError("One over the standard deviation of all numbers.")
    ### END SOLUTION


# %% tags=["public-check"]
factor = scaling_factor(torch.tensor([1.0, 3.0, 5.0, 7.0]).view(1, 1, 2, 2))
assert np.shape(factor) == (), f"a single number for all channels and places, please, not the shape {tuple(np.shape(factor))}"
assert abs(float(factor) - 5**-0.5) < 1e-4, f"for 1, 3, 5, 7 it is 1 / √5 = 0.4472; you have {float(factor):.4f}"
print("The factor looks right.")

# %% tags=["raises-exception"]
SCALE = float(scaling_factor(encode(pictures)))
print(f"SCALE = {SCALE:.4f}")


# %%
def to_latent(x):
    """Return the scaled latents of pictures x."""
    ### BEGIN SOLUTION to_latent
    return encode(x) * SCALE
    ### STARTER
    # raise NotImplementedError("Encode, then scale.")
    ### END SOLUTION


def from_latent(z):
    """Return the pictures of scaled latents z."""
    ### BEGIN SOLUTION from_latent
    return decode(z / SCALE)
    ### STARTER
    # raise NotImplementedError("Undo the scaling, then decode.")
    ### END SOLUTION


# %% [markdown]
# The grader asks for a picture that goes both ways through this function. Nothing to do here.


# %%
def both_ways(x):
    """Pictures to scaled latents and back."""
    return from_latent(to_latent(x))


# %% tags=["public-check"]
z = to_latent(kept_aside)
assert 0.9 < z.std() < 1.1, f"the scaled latents of pictures kept aside have the deviation {z.std():.3f}: it should be near 1"
assert torch.allclose(both_ways(kept_aside), reconstruct(kept_aside), atol=1e-4), "there and back should be the same as without scaling"
print("Task 5 looks right.")

# %% [markdown]
# ## Look at it
#
# Latents can be mixed. First row: from one picture to another, halfway in latents. Second row: the same, halfway in pixels. Third row: the
# decoder's pictures of *random* latents with the right mean and spread. They look like no picture that it knows: to find latents
# that mean something is the diffusion model's work.

# %% tags=["raises-exception"]
weights = torch.linspace(0, 1, 12).view(-1, 1, 1, 1)
first, second = to_latent(kept_aside[:1]), to_latent(kept_aside[1:2])
random = torch.randn(12, 2, 4, 4, generator=torch.Generator().manual_seed(3)) + to_latent(pictures).mean()
show(
    from_latent((1 - weights) * first + weights * second),
    (1 - weights) * kept_aside[:1] + weights * kept_aside[1:2],
    from_latent(random),
)

# %% [markdown]
# ## To think about
#
# Your network has as many latents as PCA has components, and a smaller error on new pictures. What can it do that no linear method can? Think
# of one disc that may be anywhere: how many directions does PCA need for all its places, and how many numbers would you need? Then
# look at what your reconstructions get wrong. Would a loss other than the mean squared error mind such mistakes more, and
# why do Rombach et al. add such terms?
