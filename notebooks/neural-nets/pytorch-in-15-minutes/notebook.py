# %% [markdown]
# # PyTorch in 15 minutes
#
# Every training script in PyTorch has the same four parts: **tensors** go in, a **module** makes predictions of them,
# a **loss** says how wrong these are, and an **optimiser** changes the module's parameters a little so that next time
# it is less wrong. In this notebook you write each part once, for a small network that reads handwritten digits.
#
# The fifteen minutes are those of the video; take the time you need. You should know what a gradient is and have seen
# a Python class with an `__init__`; chapters 1 to 3 of 3Blue1Brown's series in this track explain the idea behind all
# of it. You will be graded on pictures that were kept back, made a little lighter, darker or noisier, so think of
# those while you train.
#
# Fill in what is missing, run the cells from the top, and hand in the saved notebook. What you have solved earns its
# points even while another task is open: the cells that check, train or plot may fail without ending the run. A cell
# of your own that fails ends it.
#
# A picture has 8×8 pixels, each from 0 (white) to 16 (black). Your network turns the 64 numbers $x$ of a picture into
# ten scores (*logits*), one per digit:
#
# $$h = \max(0,\; W_1 x + b_1), \qquad z = W_2 h + b_2$$
#
# where the maximum is taken for each number on its own (the activation function ReLU; Goodfellow, Bengio and
# Courville, *Deep Learning*, 2016, section 6.3.1).

# %%
import matplotlib.pyplot as plt
import numpy as np
import torch
from torch import nn

torch.manual_seed(0)

images = torch.tensor(np.load("data/digits-images.npy"), dtype=torch.float32)  # (1437, 8, 8), from 0 to 16
labels = torch.tensor(np.load("data/digits-labels.npy"), dtype=torch.int64)  # (1437,), from 0 to 9
print(images.shape, labels.shape)

# %%
figure, axes = plt.subplots(2, 8, figsize=(8, 2.4))
for axis, image, label in zip(axes.flat, images, labels):
    axis.imshow(image, cmap="gray_r")
    axis.set_title(int(label))
    axis.axis("off")

# %% [markdown]
# ## Task 1: prepare the pictures
#
# A linear layer takes rows of numbers, and learns best when they are small. Turn pictures of shape `(n, 8, 8)` into
# rows of shape `(n, 64)` between 0 and 1.
#
# *A worked example:* `A = torch.arange(12)` holds the numbers 0 to 11. `A.reshape(3, 4)` puts them into three rows of
# four, one after the other; `A.reshape(3, -1)` is the same, the −1 is worked out. `A / 2` halves every number.


# %%
def prepare(images: torch.Tensor) -> torch.Tensor:
    """Pictures (n, 8, 8) of 0 to 16 become rows (n, 64) of 0 to 1."""
    ### BEGIN SOLUTION prepare
    return images.reshape(len(images), -1) / 16
    ### STARTER
    # raise NotImplementedError("Flatten each picture and scale its pixels.")
    ### END SOLUTION


# %% tags=["public-check"]
rows = prepare(images[:5])
assert rows.shape == (5, 64), f"Five pictures should become five rows of 64 numbers, not {tuple(rows.shape)}."
assert rows.max() <= 1, f"The largest number is {rows.max():g}: divide by the darkest pixel there can be."
assert torch.allclose(rows[0, :8] * 16, images[0, 0]), (
    "The first 8 numbers of a row should be the picture's first line."
)

# %% [markdown]
# ## Task 2: a network
#
# A module declares its layers in `__init__` (assigning them to `self` is what makes their parameters known to
# PyTorch) and uses them in `forward`. Build one hidden layer of 16 to 200 units with ReLU, and an output layer of
# ten. Return the **logits**: no softmax here, the loss below contains it. ReLU is the function `torch.relu`, or the
# module `nn.ReLU()`, whichever you like better.
#
# <details><summary>A worked hint: a network that is almost the one you need</summary>
#
# This one tells two classes apart and has no hidden layer. Yours needs two linear layers and something in between.
#
# ```python
# class Tiny(nn.Module):
#     def __init__(self):
#         super().__init__()
#         self.out = nn.Linear(3, 2)
#
#     def forward(self, x):
#         return self.out(x)
# ```
#
# </details>


# %%
class Net(nn.Module):
    """Rows (n, 64) to logits (n, 10)."""

    def __init__(self) -> None:
        super().__init__()
        ### BEGIN SOLUTION layers
        self.hidden = nn.Linear(64, 64)
        self.out = nn.Linear(64, 10)
        ### STARTER
        # # Declare your layers here.
        ### END SOLUTION

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ### BEGIN SOLUTION forward
        return self.out(torch.relu(self.hidden(x)))
        ### STARTER
        # raise NotImplementedError("Pass x through your layers.")
        ### END SOLUTION


# %% tags=["public-check"]
logits = Net()(torch.rand(5, 64))
assert logits.shape == (5, 10), f"Five rows should give logits of shape (5, 10), not {tuple(logits.shape)}."
assert (logits < 0).any(), "No logit is negative: is there a softmax or an activation function after the last layer?"
net, a, b = Net(), torch.rand(5, 64), torch.rand(5, 64)
straight = torch.allclose(net((a + b) / 2), (net(a) + net(b)) / 2, atol=1e-5)
assert not straight, "Halfway between two inputs it always gives the mean of their outputs: no activation function in between?"
size = sum(parameter.numel() for parameter in Net().parameters())
assert 1_000 <= size <= 20_000, f"Your network has {size} parameters; it should have between 1,000 and 20,000."

# %% [markdown]
# ## Task 3: the training loop
#
# The loss is the **cross-entropy** between the true digit $y$ and what softmax makes of the logits (Goodfellow et al.
# 2016, section 6.2.2.3):
#
# $$p_k = \frac{e^{z_k}}{\sum_j e^{z_j}}, \qquad L = -\log p_y$$
#
# `nn.CrossEntropyLoss` computes both in one step from the logits, which is why the network has no softmax of its own.
# An **epoch** goes through all rows once in **mini-batches**. For each mini-batch, in this order: forget the
# gradients of the last step (`optimizer.zero_grad()`), compute the loss, backpropagate (`loss.backward()`), change
# the parameters (`optimizer.step()`). The loop over the mini-batches is there; the four lines are yours. Call the
# loss `loss`: the line below adds it up.
#
# <details><summary>A worked hint: the loss of one mini-batch of the tiny network</summary>
#
# A module is called like a function, and so is a loss: first what was predicted, then what is true.
#
# ```python
# tiny, loss_function = Tiny(), nn.CrossEntropyLoss()
# four_rows, four_labels = torch.rand(4, 3), torch.tensor([0, 1, 1, 0])
# print(loss_function(tiny(four_rows), four_labels))  # one number, near log 2
# ```
#
# </details>


# %%
def train(model: nn.Module, x: torch.Tensor, y: torch.Tensor, epochs: int = 40) -> list[float]:
    """Train `model` on rows x (n, 64) and labels y (n,); return the mean loss of each epoch."""
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    loss_function = nn.CrossEntropyLoss()
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in torch.randperm(len(x)).split(64):
            ### BEGIN SOLUTION step
            optimizer.zero_grad()
            loss = loss_function(model(x[batch]), y[batch])
            loss.backward()
            optimizer.step()
            ### STARTER
            # raise NotImplementedError("Forget the old gradients, compute `loss`, backpropagate, step.")
            ### END SOLUTION
            total += loss.item() * len(batch)
        losses.append(total / len(x))
    return losses


# %% tags=["public-check"]
trial = train(Net(), prepare(images[:200]), labels[:200], epochs=30)
assert trial[-1] < trial[0] / 2, f"On 200 pictures the loss went from {trial[0]:.2f} to {trial[-1]:.2f}: too little."

# %% [markdown]
# Now train the network that you hand in. `model` and `losses` (of this first training) are looked at when you are
# graded, so keep their names.

# %% tags=["raises-exception"]
model = Net()
losses = train(model, prepare(images), labels)

# %% tags=["raises-exception"]
plt.figure(figsize=(6, 3))
plt.plot(losses)
plt.xlabel("epoch")
plt.ylabel("mean cross-entropy")
plt.title(f"from {losses[0]:.2f} to {losses[-1]:.3f}")

# %% [markdown]
# ## Task 4: use it
#
# Two ways to ask the trained `model`: for **probabilities** (ten per picture, which sum to 1) and for **labels** (the
# digit with the largest one). Both take pictures as they come, so prepare them first. `torch.no_grad()` spares the
# bookkeeping for gradients.
#
# *A worked example of dimensions:* for `A = torch.tensor([[1.0, 5.0], [7.0, 2.0]])`, `A.sum(dim=0)` is `[8, 7]` (one
# figure per column), `A.sum(dim=1)` is `[6, 9]` (one per row), and `A.argmax(dim=0)` is `[1, 0]`: where the largest
# number of each column stands. `torch.softmax(A, dim=…)` wants to know the same.


# %%
@torch.no_grad()
def predict_proba(images: torch.Tensor) -> torch.Tensor:
    """Pictures (n, 8, 8) to probabilities (n, 10)."""
    ### BEGIN SOLUTION probabilities
    return torch.softmax(model(prepare(images)), dim=1)
    ### STARTER
    # raise NotImplementedError("Make probabilities of the model's logits.")
    ### END SOLUTION


@torch.no_grad()
def classify(images: torch.Tensor) -> torch.Tensor:
    """Pictures (n, 8, 8) to labels (n,)."""
    ### BEGIN SOLUTION classify
    return model(prepare(images)).argmax(dim=1)
    ### STARTER
    # raise NotImplementedError("Which logit of each picture is the largest?")
    ### END SOLUTION


# %% tags=["public-check"]
probabilities = predict_proba(images[:100])
assert probabilities.shape == (100, 10), f"100 pictures should give shape (100, 10), not {tuple(probabilities.shape)}."
assert torch.allclose(probabilities.sum(dim=1), torch.ones(100), atol=1e-4), "Each picture's ten should sum to 1."
assert classify(images).shape == labels.shape, f"One label per picture, please, not {tuple(classify(images).shape)}."
right = (classify(images) == labels).float().mean()
assert right > 0.95, f"Only {right:.0%} of the pictures it was trained on are read correctly."

# %% [markdown]
# Look at the pictures of which your network is least sure. Would you have known?

# %% tags=["raises-exception"]
sure = predict_proba(images).max(dim=1).values
figure, axes = plt.subplots(2, 8, figsize=(8, 2.6))
for axis, index in zip(axes.flat, sure.argsort()):
    axis.imshow(images[index], cmap="gray_r")
    axis.set_title(f"{int(labels[index])}, read {int(classify(images[index : index + 1]))}", fontsize=8)
    axis.axis("off")

# %% [markdown]
# ## To think about
#
# Your network reads the pictures it was trained on almost without a mistake: how much of that is reading, and how
# much is remembering? What could you measure, with the pictures that you have, to find out before you hand in? And
# would your answer still hold if each person who wrote digits for this collection had written twenty of them?
