# %% [markdown]
# # A small convolutional network: whose mark is it?
#
# Medieval masons cut a mark of their own into each stone they dressed. Here are photographs of 1400 stones, each with
# one of six marks. (Stones and masons are made up.) The mark may be *anywhere* on the stone, a little turned, among
# scratches. A fully connected network has a separate weight for every pixel: what it has learned about a mark at the
# top left tells it nothing about the same mark at the bottom right. A **convolutional layer** slides one small set of
# weights over the whole picture, so that whatever it learns at one place it knows at all of them (LeCun, Bottou,
# Bengio and Haffner 1998, "Gradient-Based Learning Applied to Document Recognition", section II).
#
# You first work out what such layers do to the size of a picture and how much of it they see, then build, train and
# use a network with PyTorch. A fully connected network of the same size is trained beside it. You are graded on
# stones that were kept back, and on some that are four times as large as those you train on.
#
# You should have trained a network with PyTorch before (the exercise "PyTorch in 15 minutes" has all that is needed)
# and know what it means to slide a kernel over a picture ("Convolution from scratch", the exercise before this one).
#
# Fill in what is missing, run the cells from the top, and hand in the saved notebook. What you have solved earns its
# points even while another task is open: the cells that check, train or plot may fail without ending the run. A cell
# of your own that fails ends it.

# %%
import matplotlib.pyplot as plt
import numpy as np
import torch
from torch import nn

torch.manual_seed(0)
device = "cuda" if torch.cuda.is_available() else "cpu"

NAMES = ["arrow", "fork", "cross", "zigzag", "hourglass", "gable"]
stones = torch.tensor(np.load("data/stones.npy"), dtype=torch.float32)  # (1400, 24, 24), 0 (black) to 255 (white)
marks = torch.tensor(np.load("data/labels.npy"), dtype=torch.int64)  # (1400,), from 0 to 5: places in NAMES
large_stones = torch.tensor(np.load("data/large-stones.npy"), dtype=torch.float32)  # (60, 48, 48)
large_marks = torch.tensor(np.load("data/large-labels.npy"), dtype=torch.int64)  # (60,)
print(stones.shape, large_stones.shape)

# %%
figure, axes = plt.subplots(2, 8, figsize=(10, 3))
for axis, stone, mark in zip(axes.flat, stones, marks):
    axis.imshow(stone, cmap="gray", vmin=0, vmax=255)
    axis.set_title(NAMES[mark], fontsize=9)
    axis.axis("off")

# %% [markdown]
# ## Task 1: sizes and receptive fields
#
# A layer with a window (convolution or pooling) has three numbers: the side $k$ of its window (the *kernel*), the
# *stride* $s$ from one position of the window to the next, and the *padding* $p$: how many rows and columns of zeros
# are put round the picture first. A picture of side $i$ becomes one of side
#
# $$o = \left\lfloor \frac{i + 2p - k}{s} \right\rfloor + 1$$
#
# (Dumoulin and Visin 2016, "A guide to convolution arithmetic for deep learning", relationship 6). The brackets round
# down: a last position that does not fit is left out.
#
# The **receptive field** of a unit is the side of the square of input pixels that it can see. After layers $1$ to
# $L$ it is
#
# $$r = 1 + \sum_{l=1}^{L} (k_l - 1) \prod_{j=1}^{l-1} s_j$$
#
# (Araujo, Norris and Sim 2019, "Computing Receptive Fields of Convolutional Neural Networks", *Distill*).
# In words: each layer widens the view by $k - 1$ of *its own* steps, and one of its steps is as many input pixels as
# the strides of all layers before it, multiplied. Padding does not change it.
#
# *A worked example:* a window of 4 with stride 3 on a picture of side 12, without padding. It starts at pixels 0, 3
# and 6 (at 9 it would not fit), so the output has side $\lfloor (12 - 4)/3 \rfloor + 1 = 3$. A second layer with
# $k = 2$, $s = 1$ gives side 2. One of its units sees two windows of 4 pixels which start 3 apart: 7 pixels, and
# $1 + (4 - 1) \cdot 1 + (2 - 1) \cdot 3 = 7$.
#
# Write both functions for a list of layers, each given as `(kernel, stride, padding)`.


# %%
def output_sizes(size, layers):
    """The side of the picture after each of the layers, a list, for an input of side `size`."""
    ### BEGIN SOLUTION sizes
    sizes = []
    for kernel, stride, padding in layers:
        size = (size + 2 * padding - kernel) // stride + 1
        sizes.append(size)
    return sizes
    ### STARTER
    # raise NotImplementedError("Apply the formula layer by layer.")
    ### END SOLUTION


def receptive_field(layers):
    """How many input pixels, along one side, a unit behind all of these layers can see."""
    ### BEGIN SOLUTION receptive
    field, jump = 1, 1
    for kernel, stride, _ in layers:
        field += (kernel - 1) * jump
        jump *= stride
    return field
    ### STARTER
    # raise NotImplementedError("Add up what each layer adds.")
    ### END SOLUTION


# %% tags=["public-check"]
assert list(output_sizes(12, [(4, 3, 0), (2, 1, 0)])) == [3, 2], "the worked example: a side of 12 becomes 3, then 2"
assert list(output_sizes(24, [(5, 1, 2)])) == [24], "with k = 5, padding 2 keeps the side; it comes on both ends"
assert list(output_sizes(7, [(2, 2, 0), (3, 1, 1)])) == [3, 3], "of a side of 7, pooling by 2 leaves 3: round down"
print("The sizes look right.")

# %% tags=["public-check"]
assert receptive_field([(4, 3, 0), (2, 1, 0)]) == 7, "the worked example: a unit of the second layer sees 7 pixels"
assert receptive_field([(3, 1, 1)] * 3) == 7, "three windows of 3 with stride 1: each adds 2 to the first pixel"
assert receptive_field([(3, 2, 0), (3, 2, 0), (3, 1, 0)]) == 15, "1 + 2·1 + 2·2 + 2·4 = 15: strides multiply"
print("The receptive fields look right.")

# %% [markdown]
# ## Task 2: prepare the pictures
#
# PyTorch's convolutions take four dimensions: `(pictures, channels, height, width)`. Photographs in colour have three
# channels, ours have one, but the dimension must be there. Turn stones `(n, 24, 24)` of 0 to 255 into `(n, 1, 24, 24)`
# of 0 to 1, and do so for pictures of any side. (The last line, which is there already, moves them to the GPU if
# there is one.)
#
# *A worked example:* `A = torch.zeros(5, 7)` has the shape `(5, 7)`; `A.unsqueeze(0)`, or `A[None]`, has the shape
# `(1, 5, 7)`, and `A.unsqueeze(2)`, or `A[:, :, None]`, the shape `(5, 7, 1)`.


# %%
def prepare(pictures):
    """Pictures (n, side, side) of 0 to 255 become (n, 1, side, side) of 0 to 1."""
    ### BEGIN SOLUTION prepare
    prepared = pictures.unsqueeze(1) / 255
    ### STARTER
    # raise NotImplementedError("Add the dimension of channels, and scale: call the result `prepared`.")
    ### END SOLUTION
    return prepared.to(device)


# %% tags=["public-check"]
trial = prepare(stones[:5])
assert trial.shape == (5, 1, 24, 24), f"five stones should have the shape (5, 1, 24, 24), not {tuple(trial.shape)}"
assert trial.max() <= 1, f"the largest number is {trial.max():g}: divide by the brightest pixel there can be"
assert torch.allclose(trial[:, 0].cpu() * 255, stones[:5], atol=1e-3), "the pictures themselves should stay as they are"
print("Task 2 looks right.")

# %% [markdown]
# ## Task 3: the network
#
# The usual block of a convolutional network is
#
# 1. **convolution** `nn.Conv2d(channels_in, channels_out, 3, padding=1)`: a window of 3, and the side stays as it is.
#    It has $c_{out} \cdot (9\, c_{in} + 1)$ parameters, whatever the size of the picture;
# 2. **batch norm** `nn.BatchNorm2d(channels_out)`: shifts and scales each channel to mean 0 and variance 1 over the
#    mini-batch, then by a learned slope and shift, $y = \gamma\, (x - \mu)/\sqrt{\sigma^2 + \varepsilon} + \beta$ (Ioffe
#    and Szegedy 2015, "Batch Normalization", algorithm 1 and section 3.2). Training gets much faster with it;
# 3. **ReLU** `nn.ReLU()`;
# 4. **pooling** `nn.MaxPool2d(2)`: of each square of 2 by 2 keep the largest. The side is halved, and what comes next
#    sees twice as far.
#
# Behind the last block, take the largest number of each channel over *the whole picture*, `x.amax(dim=(2, 3))`: from
# `(n, channels, height, width)` only `(n, channels)` remains. It answers "is it anywhere?", and gives the same number
# of features for a picture of any size. A linear layer makes six logits of them.
#
# Your network must
#
# - hold at most **10,000** numbers (parameters, and the four figures per channel that batch norm keeps),
# - see a whole mark at once: marks are up to 12 pixels wide, so behind the last block a unit's receptive field should
#   be 12 pixels or more,
# - accept pictures of any side from 24 on: nothing in it may count on 24.
#
# A plan that does: three blocks with 8, 16 and 32 channels, the last one without pooling. Your own functions tell you
# what it makes of 24 pixels, and how far it sees.

# %% tags=["raises-exception"]
block, pooling = (3, 1, 1), (2, 2, 0)
plan = [block, pooling, block, pooling, block]
print("sides:", output_sizes(24, plan), "receptive field:", receptive_field(plan))

# %% [markdown]
# <details><summary>A worked hint: a network of one block, which is too short-sighted</summary>
#
# Layers assigned to `self` are found by PyTorch, also those inside an `nn.Sequential`, which applies one after the
# other.
#
# ```python
# class OneBlock(nn.Module):
#     def __init__(self):
#         super().__init__()
#         self.block = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2))
#         self.out = nn.Linear(4, 6)
#
#     def forward(self, x):
#         features = self.block(x)                    # (n, 4, 12, 12) for stones of 24 by 24
#         return self.out(features.amax(dim=(2, 3)))  # (n, 4), then (n, 6)
# ```
#
# </details>


# %%
class ConvNet(nn.Module):
    """Prepared pictures (n, 1, side, side) to logits (n, 6)."""

    def __init__(self):
        super().__init__()
        ### BEGIN SOLUTION layers
        self.blocks = nn.Sequential(
            *(nn.Conv2d(1, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Conv2d(8, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Conv2d(16, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU()),
        )
        self.out = nn.Linear(32, 6)
        ### STARTER
        # # Declare your layers here.
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION forward
        return self.out(self.blocks(x).amax(dim=(2, 3)))
        ### STARTER
        # raise NotImplementedError("Blocks, the maximum over the picture, logits.")
        ### END SOLUTION


def numbers_in(network):
    """How many numbers a network holds: its parameters and what batch norm keeps."""
    return sum(tensor.numel() for tensor in network.state_dict().values())


# %% tags=["public-check"]
logits = ConvNet()(torch.rand(5, 1, 24, 24))
assert logits.shape == (5, 6), f"five stones should give logits of shape (5, 6), not {tuple(logits.shape)}"
size = numbers_in(ConvNet())
assert size <= 10_000, f"your network holds {size:,} numbers, 10,000 is the most"
logits = ConvNet()(torch.rand(2, 1, 48, 48))
assert logits.shape == (2, 6), f"two stones of 48 by 48 should give logits of shape (2, 6), not {tuple(logits.shape)}"
print(f"Task 3 looks right: {size:,} numbers.")

# %% [markdown]
# ## Task 4: train it
#
# Write what happens in one epoch: go through all rows once in shuffled mini-batches of 64; for each, forget the old
# gradients, compute the loss, backpropagate, step. Add `loss.item() * len(batch)` to `total`, so that the mean loss of
# the epoch comes out.
#
# One thing is new. Batch norm works in two ways. In *training mode* it uses the mean and variance of the mini-batch, and
# keeps running averages of them; in *evaluation mode* it uses these averages, so that what it says about a picture no
# longer depends on the others in the batch (Ioffe and Szegedy 2015, section 3.1). `model.train()` and `model.eval()`
# switch between the two. Begin each epoch in training mode, since somebody may have measured the model in between.
#
# *A worked example:* `torch.randperm(5)` is, say, `[3, 0, 4, 2, 1]`, and `torch.randperm(5).split(2)` are the three
# mini-batches `[3, 0]`, `[4, 2]` and `[1]` of row numbers; `x[torch.tensor([3, 0])]` are these two rows.


# %%
def train(model, x, y, epochs=12):
    """Train on prepared pictures x (n, 1, side, side) and labels y (n,); return the mean loss of each epoch."""
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    loss_function = nn.CrossEntropyLoss()
    y = y.to(device)
    losses = []
    for _ in range(epochs):
        total = 0.0
        ### BEGIN SOLUTION epoch
        model.train()
        for batch in torch.randperm(len(x)).split(64):
            optimizer.zero_grad()
            loss = loss_function(model(x[batch]), y[batch])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        ### STARTER
        # raise NotImplementedError("Training mode, then one step per mini-batch.")
        ### END SOLUTION
        losses.append(total / len(x))
    return losses


# %% tags=["public-check"]
two = (marks == 0) | (marks == 5)  # arrows and gables only: a quick trial
trial = train(ConvNet().to(device), prepare(stones[two][:200]), marks[two][:200], epochs=5)
assert trial[-1] < trial[0] / 2, f"told only two marks apart, the loss went from {trial[0]:.2f} to {trial[-1]:.2f}: too little"
print("Task 4 looks right.")

# %% [markdown]
# Now train the network that you hand in, on the first 1200 stones: the last 200 are set aside, so that you can see
# what it does with stones that it doesn't know. `model` and `losses` are looked at when you are graded, so keep their
# names. (If you change the network, more epochs are yours to try; a run may take a minute.)

# %% tags=["raises-exception"]
model = ConvNet().to(device)
losses = train(model, prepare(stones[:1200]), marks[:1200])
print("loss by epoch:", [round(loss, 3) for loss in losses])

# %% [markdown]
# ## Task 5: use it
#
# Two functions for new pictures of any side, as they come: one gives **probabilities** (six per picture, which sum to
# 1), the other **labels** (the mark with the largest one). A stone must get the same answer whether it is handed in
# alone or with a hundred others: which mode does the model have to be in? `torch.softmax(logits, dim=…)` makes
# probabilities of logits along one dimension.


# %%
@torch.no_grad()
def predict_proba(pictures):
    """Pictures (n, side, side) of 0 to 255 to probabilities (n, 6)."""
    ### BEGIN SOLUTION probabilities
    model.eval()
    return torch.softmax(model(prepare(pictures)), dim=1)
    ### STARTER
    # raise NotImplementedError("Choose the mode, then make probabilities of the logits.")
    ### END SOLUTION


@torch.no_grad()
def classify(pictures):
    """Pictures (n, side, side) of 0 to 255 to labels (n,)."""
    ### BEGIN SOLUTION classify
    model.eval()
    return model(prepare(pictures)).argmax(dim=1)
    ### STARTER
    # raise NotImplementedError("Which logit of each picture is the largest?")
    ### END SOLUTION


# %% tags=["public-check"]
together = predict_proba(stones[1200:])
assert together.shape == (200, 6), f"200 stones should give the shape (200, 6), not {tuple(together.shape)}"
assert torch.allclose(together.sum(dim=1).cpu(), torch.ones(200), atol=1e-4), "each stone's six should sum to 1"
alone = predict_proba(stones[1200:1201])
assert torch.allclose(alone[0], together[0], atol=1e-4), "handed in alone, a stone gets another answer: which mode is it in?"
print("The probabilities look right.")

# %% tags=["public-check"]
right = {
    "trained on": (classify(stones[:1200]).cpu() == marks[:1200]).float().mean().item(),
    "set aside": (classify(stones[1200:]).cpu() == marks[1200:]).float().mean().item(),
    "large": (classify(large_stones).cpu() == large_marks).float().mean().item(),
}
print({name: f"{share:.1%}" for name, share in right.items()})
assert right["set aside"] > 0.85, "stones that it doesn't know should be read better: does the loss fall below 0.1?"
assert right["large"] > 0.8, "large stones should be read as well as small ones: does the network look at all of them?"

# %% [markdown]
# ## Look at it
#
# First the rival: a fully connected network with about the same budget, trained by your own function. Compare what
# both know of the stones they were trained on with what they know of the others.

# %% tags=["raises-exception"]
dense = nn.Sequential(nn.Flatten(), nn.BatchNorm1d(576), nn.Linear(576, 13), nn.ReLU(), nn.Linear(13, 6)).to(device)
train(dense, prepare(stones[:1200]), marks[:1200], epochs=40)


@torch.no_grad()
def dense_proba(pictures):
    """What predict_proba does, for the rival."""
    return torch.softmax(dense.eval()(prepare(pictures)), dim=1)


for name, network, ask in (("convolutional", model, predict_proba), ("fully connected", dense, dense_proba)):
    found = ask(stones).argmax(dim=1).cpu() == marks
    known, new = found[:1200].float().mean(), found[1200:].float().mean()
    print(f"{name:16} {numbers_in(network):6,} numbers: {known:.1%} of the stones trained on, {new:.1%} of the others")

# %% [markdown]
# Now push one stone's picture sideways, pixel by pixel (what leaves on the right comes back on the left, so the mark is
# cut in two for a while), and ask both networks for the probability of the right mark.

# %% tags=["raises-exception"]
index = 1200 + int(predict_proba(stones[1200:]).max(dim=1).values.argmax())
pushed = torch.stack([stones[index].roll(steps, dims=1) for steps in range(24)])
figure, axes = plt.subplots(1, 2, figsize=(10, 3), width_ratios=[1, 3])
axes[0].imshow(stones[index], cmap="gray", vmin=0, vmax=255)
axes[0].set_title(NAMES[marks[index]])
axes[0].axis("off")
for name, ask in {"convolutional": predict_proba, "fully connected": dense_proba}.items():
    axes[1].plot(ask(pushed)[:, marks[index]].cpu(), marker=".", label=name)
axes[1].set(xlabel="pixels pushed", ylabel="probability of the right mark", ylim=(-0.05, 1.05))
axes[1].legend()

# %% [markdown]
# And this is what the first layer looks for: its kernels (dark: small weights), and below each what it makes of the
# stone.

# %% tags=["raises-exception"]
first = next(layer for layer in model.modules() if isinstance(layer, nn.Conv2d))
with torch.no_grad():
    maps = first(prepare(stones[index : index + 1]))[0].cpu()
shown = min(8, len(maps))
figure, axes = plt.subplots(2, shown, figsize=(1.3 * shown, 2.8))
for column in range(shown):
    axes[0, column].imshow(first.weight[column, 0].detach().cpu(), cmap="gray")
    axes[1, column].imshow(maps[column], cmap="gray")
    axes[0, column].axis("off")
    axes[1, column].axis("off")

# %% [markdown]
# ## To think about
#
# Pushed by a single pixel, a stone shows the same mark, and yet your network's probability wavers. A convolution with
# stride 1 moves its output along with its input exactly. Which layers of your network break that, and for pushes of
# how many pixels is it exact all the same (away from the edges)? And suppose that a mark meant "top course" on the
# upper half of a stone and "bottom course" on the lower: which part of the network makes that impossible to learn, and
# what would you put in its place?
