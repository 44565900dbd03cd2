# %% [markdown]
# # fastai: leaves that lie any way round
#
# A herbarium has photographed its leaves: five species, each leaf upright on white paper, under the same lamp. An app for
# walkers is to recognise such leaves *outdoors*, where they lie any way round and in any light. (Leaves and herbarium
# are made up.) You have only the herbarium's pictures, and yet you will be graded on leaves from outdoors.
#
# **fastai** puts a layer on top of PyTorch that takes over what is the same in every project (Howard and Gugger 2020,
# "fastai: A Layered API for Deep Learning", *Information* 11(2)): a `DataBlock` says how files become batches, a
# `Learner` brings batches, network, loss and optimiser together, and its methods train and measure. You write each of
# these parts once.
#
# You should have seen a training loop ("PyTorch in 15 minutes") and know what a convolutional layer does. No
# pretrained network is used here: nothing can be downloaded, and for such small pictures none is needed.
#
# Fill in what is missing, run the cells from the top, and hand in the saved notebook. What you have solved earns its
# points even while another task is open: the cells that check, train or plot may fail without ending the run. A cell
# of your own that fails ends it.

# %%
import tempfile

from fastai.vision.all import *

set_seed(0)

SPECIES = ["alder", "lime", "maple", "oak", "willow"]
leaves = np.load("data/leaves.npy")  # (360, 28, 28, 3), from 0 to 255
labels = np.load("data/labels.npy")  # (360,), places in SPECIES


def write_pictures(folder, pictures, names):
    """Write each picture to a file such as oak_017.png."""
    for number, (picture, name) in enumerate(zip(pictures, names)):
        PILImage.create(picture).save(folder / f"{name}_{number:03}.png")


folder = Path(tempfile.mkdtemp())
write_pictures(folder, leaves, [SPECIES[label] for label in labels])
print(len(get_image_files(folder)), "files, such as", get_image_files(folder).sorted()[0].name)

# %% [markdown]
# ## Task 1: the label of a file
#
# In most projects the label hides in a file's name or folder. Here it is what stands before the **last** underscore of
# the name: `oak_017.png` is an oak, `wild_cherry_004.png` a wild_cherry. Write `species_of(path)`; a `Path` has
# `path.name`, the name without its folders.
#
# *A worked example of two methods of text:* `"a-b-c".rsplit("-", 1)` is `["a-b", "c"]`, split once, from the right;
# `"a-b-c".split("-", 1)` is `["a", "b-c"]`, from the left.


# %%
def species_of(path):
    """The species in the name of a file, a text."""
    ### BEGIN SOLUTION species
    return path.name.rsplit("_", 1)[0]
    ### STARTER
    # raise NotImplementedError("What stands before the last underscore?")
    ### END SOLUTION


def all_species(names):
    """Your function for many files at once: it is asked this way when you are graded."""
    return [species_of(Path("somewhere_else") / name) for name in names]


# %% tags=["public-check"]
found = all_species(["oak_017.png", "wild_cherry_004.png"])
assert found == ["oak", "wild_cherry"], f"expected ['oak', 'wild_cherry'], not {found}"
print("Task 1 looks right.")

# %% [markdown]
# ## Task 2: from files to batches
#
# A `DataBlock` answers five questions (documentation of fastai, "Data block tutorial"):
#
# | question | argument | here |
# |---|---|---|
# | what are input and target? | `blocks=(…, …)` | `ImageBlock`, `CategoryBlock` |
# | which items are there? | `get_items=` | `get_image_files`, a function of the folder |
# | what is an item's target? | `get_y=` | a function of one file |
# | which items are set aside? | `splitter=` | `RandomSplitter(share, seed=…)`: a fifth of them, please |
# | what is done to each batch? | `batch_tfms=` | augmentation, see below |
#
# `block.dataloaders(folder, bs=32, num_workers=0)` makes two loaders of it, `train` and `valid`. (`num_workers=0`: the
# work is done in this process; starting others costs more than it brings for small pictures.)
#
# **Augmentation** changes each training picture a little every time it is used, in ways that leave its label true
# (Goodfellow, Bengio and Courville 2016, *Deep Learning*, section 7.4). `aug_transforms` makes a list of such changes.
# Its arguments (documentation, "vision.augment"), with what you get without saying anything:
#
# - `do_flip=True`, `flip_vert=False`: mirror left and right; also upside down;
# - `max_rotate=10.0`: turn by up to so many degrees either way;
# - `max_zoom=1.1`, `max_warp=0.2`: enlarge up to so many times; tilt as if seen from the side;
# - `max_lighting=0.2`: lighter or darker, more or less contrast;
# - `p_affine=0.75`, `p_lighting=0.75`: the share of pictures to which each of these is done;
# - `pad_mode="reflection"`: what fills the corners that a turn leaves empty: the mirrored picture (here a second piece
#   of leaf, perhaps), or with `"border"` its edge drawn out.
#
# Which of these does a leaf outdoors need? Choose, and train; you can come back here as often as you like. Pictures of
# the validation set are never augmented: fastai takes care of that.
#
# <details><summary>A worked hint: a DataBlock for another task</summary>
#
# Photographs of clocks lie in folders named after the hour, and clocks must never be mirrored:
#
# ```python
# block = DataBlock(
#     blocks=(ImageBlock, CategoryBlock),
#     get_items=get_image_files,
#     get_y=lambda path: path.parent.name,
#     splitter=RandomSplitter(0.3, seed=1),
#     batch_tfms=aug_transforms(do_flip=False, max_rotate=3),
# )
# loaders = block.dataloaders(Path("clocks"), bs=64, num_workers=0)
# ```
#
# </details>


# %%
def make_loaders(folder):
    """DataLoaders of the pictures in a folder: a fifth set aside, batches of 32, the rest augmented."""
    ### BEGIN SOLUTION augment
    augment = aug_transforms(
        flip_vert=True, max_rotate=180, max_zoom=1, max_warp=0, max_lighting=0.4, p_affine=1, pad_mode="border"
    )
    ### STARTER
    # augment = None  # choose with aug_transforms
    ### END SOLUTION
    ### BEGIN SOLUTION block
    block = DataBlock(
        blocks=(ImageBlock, CategoryBlock),
        get_items=get_image_files,
        get_y=species_of,
        splitter=RandomSplitter(0.2, seed=0),
        batch_tfms=augment,
    )
    ### STARTER
    # raise NotImplementedError("Answer the five questions in a DataBlock, `block`.")
    ### END SOLUTION
    return block.dataloaders(folder, bs=32, num_workers=0)


def facts_about_loaders(pictures, names):
    """What your loaders make of a folder with these pictures. You are graded by it, with other pictures and names."""
    other = Path(tempfile.mkdtemp())
    write_pictures(other, pictures, names)
    loaders = make_loaders(other)
    facts = {"vocab": [str(name) for name in loaders.vocab], "files": [], "labels": []}
    for part in (loaders.train, loaders.valid):
        facts["files"] += [path.name for path in part.items]
        facts["labels"] += [str(loaders.vocab[int(part.dataset[row][1])]) for row in range(len(part.dataset))]
    facts["train"], facts["valid"] = len(loaders.train_ds), len(loaders.valid_ds)
    ordered = loaders.train.new(shuffle=False, drop_last=False)
    for name, part in {"train": ordered, "valid": loaders.valid}.items():
        first, second = (part.one_batch()[0].float().cpu() for _ in range(2))
        facts[f"{name}_shape"] = list(first.shape[1:])
        facts[f"{name}_range"] = [float(first.min()), float(first.max())]
        facts[f"{name}_changes"] = float((first - second).abs().mean())
    return facts


# %% tags=["public-check"]
facts = facts_about_loaders(leaves[:30], ["round"] * 15 + ["long_and_thin"] * 15)
assert facts["vocab"] == ["long_and_thin", "round"], f"the labels should be those of the files, not {facts['vocab']}"
assert facts["valid"] == 6, f"of 30 pictures a fifth is set aside: 6, not {facts['valid']}"
assert facts["train_shape"] == [3, 28, 28], f"a picture should be a tensor of shape [3, 28, 28], not {facts['train_shape']}"
print("The loaders look right.")

# %% tags=["public-check"]
assert facts["train_changes"] > 0.01, "the training pictures are the same each time: where does augmentation go?"
assert facts["valid_changes"] == 0, "pictures of the validation set should stay as they are"
print("The augmentation is at work.")

# %% tags=["raises-exception"]
dls = make_loaders(folder)
dls.train.show_batch(max_n=12, nrows=2, figsize=(9, 3.4), unique=False)

# %% [markdown]
# Look at the batch: are leaves cut off? Do they lie any way round, lighter and darker? Is anything there that you would
# not find outdoors?
#
# ## Task 3: a Learner
#
# `ConvLayer(channels_in, channels_out, stride=2)` is fastai's usual block: a convolution with a window of 3, batch norm
# and ReLU. A stride of 2 halves the side of the picture. Build a network of three to five of them, then
# `nn.AdaptiveMaxPool2d(1)` (the largest number of each channel), `Flatten()`, and `nn.Linear` with one output per
# species. 16 channels in the first block and up to 64 in the last are enough.
#
# `Learner(loaders, network, loss_func=CrossEntropyLossFlat(), metrics=accuracy)` brings them together.
#
# *A worked example:* with `nn.Sequential(ConvLayer(3, 8, stride=2), ConvLayer(8, 8))` a picture of 3×28×28 becomes
# 8×14×14 and stays so: without `stride` it is 1.


# %%
def make_learner(loaders):
    """A Learner with a small convolutional network for three channels and five species."""
    ### BEGIN SOLUTION network
    network = nn.Sequential(
        *(ConvLayer(3, 16, stride=2), ConvLayer(16, 32), ConvLayer(32, 64, stride=2), ConvLayer(64, 64)),
        *(nn.AdaptiveMaxPool2d(1), Flatten(), nn.Linear(64, 5)),
    )
    return Learner(loaders, network, loss_func=CrossEntropyLossFlat(), metrics=accuracy)
    ### STARTER
    # raise NotImplementedError("Build the network and its Learner.")
    ### END SOLUTION


# %% tags=["public-check"]
trial = make_learner(dls)
assert isinstance(trial, Learner), f"expected a Learner, not a {type(trial).__name__}"
with torch.no_grad():
    shape = tuple(trial.model.to(dls.device)(dls.valid.one_batch()[0][:4]).shape)
assert shape == (4, 5), f"four pictures should give logits of shape (4, 5), not {shape}"
size = sum(parameter.numel() for parameter in trial.model.parameters())
assert size < 200_000, f"{size:,} parameters are many for 360 pictures; below 200,000, please"
print(f"The Learner looks right: {size:,} parameters.")

# %% [markdown]
# ## Task 4: train it
#
# `learn.fit_one_cycle(epochs, lr_max)` is Adam with a learning rate that rises to `lr_max` in the first quarter of all
# steps and then falls to nearly nothing (Smith 2018, "A disciplined approach to neural network hyper-parameters: Part
# 1", arXiv:1803.09820, describes the idea). Rates from 0.005 to 0.03 suit this network. Augmented pictures never repeat
# themselves, so training takes longer than without: try 5 epochs first, then 20. (`fine_tune` is its sibling for
# *pretrained* networks: it first trains only the new last layers, then all of them. Here everything is new.)
#
# After each epoch a line is printed: its number, the mean training loss, the loss and the accuracy on the pictures set
# aside, and the time. The first few accuracies jump about; look at the last ones.


# %%
def train(learn):
    """Train the Learner; it is changed in place."""
    ### BEGIN SOLUTION fit
    learn.fit_one_cycle(20, 0.02)
    ### STARTER
    # raise NotImplementedError("How many epochs, and which learning rate?")
    ### END SOLUTION


# %% tags=["raises-exception"]
learn = make_learner(dls)
learn.remove_cb(ProgressCallback)  # its bars would fill the saved notebook; lines of figures are printed instead
train(learn)
losses = [float(loss) for loss in learn.recorder.losses]  # one per batch; looked at when you are graded

# %% tags=["raises-exception"]
plt.figure(figsize=(6, 3))
plt.plot(losses)
plt.xlabel("batch")
plt.ylabel("training loss (smoothed)")
plt.title(f"from {losses[0]:.2f} to {losses[-1]:.2f}")

# %% [markdown]
# ## Task 5: ask it about new pictures
#
# `learn.dls.test_dl(items)` makes a loader without labels, prepared like the validation set; items may be files or
# pictures, such as `PILImage.create(array)`. `learn.get_preds(dl=loader)` returns two things: the predictions, and the
# labels (`None` here). Since the loss is cross-entropy, softmax has already been applied to the predictions.
#
# Write `probabilities(pictures)`. The columns must stand in the order of `SPECIES`, which is that of `learn.dls.vocab`
# (both are alphabetical).


# %%
def probabilities(pictures):
    """Pictures (n, 28, 28, 3) of 0 to 255 as an array; probabilities of shape (n, 5), one column per species."""
    ### BEGIN SOLUTION probabilities
    loader = learn.dls.test_dl([PILImage.create(picture) for picture in pictures])
    return learn.get_preds(dl=loader)[0]
    ### STARTER
    # raise NotImplementedError("Make a loader of the pictures, then ask for predictions.")
    ### END SOLUTION


# %% tags=["public-check"]
p = probabilities(leaves[:50])
assert tuple(p.shape) == (50, 5), f"50 pictures should give the shape (50, 5), not {tuple(p.shape)}"
assert np.allclose(np.asarray(p).sum(axis=1), 1, atol=1e-3), "each picture's five should sum to 1"
for name, pictures in {"as they are": leaves, "turned by 90°": np.rot90(leaves, axes=(1, 2)), "upside down": leaves[:, ::-1]}.items():
    right = (np.asarray(probabilities(pictures)).argmax(axis=1) == labels).mean()
    print(f"{name:14} {right:.0%} of the herbarium's leaves are recognised")
assert right > 0.6, "leaves that lie upside down should be recognised: does augmentation turn them, does training last?"

# %% [markdown]
# ## Task 6: which labels look wrong?
#
# The pictures with the largest losses are worth a look: the network is wrong there, or *the label is*. With the
# probability $p_{iy}$ that the network gives to the label written on picture $i$, the loss is $-\log p_{iy}$.
#
# Write `most_suspicious(pictures, names, count)`: the row numbers of the `count` pictures with the largest losses, the
# largest first.
#
# *A worked example:* for `A = np.array([[0.1, 0.9], [0.7, 0.3]])`, `A[np.arange(2), [1, 0]]` picks one entry of each
# row: `[0.9, 0.7]`. `np.argsort([30, 10, 20])` is `[1, 2, 0]`, the places from the smallest to the largest, and
# `SPECIES.index("oak")` is 3.


# %%
def most_suspicious(pictures, names, count):
    """Row numbers of the `count` pictures whose label (a list of species) has the largest loss, largest first."""
    ### BEGIN SOLUTION suspicious
    rows = np.arange(len(names))
    given = np.asarray(probabilities(pictures))[rows, [SPECIES.index(name) for name in names]]
    return np.argsort(given)[:count]
    ### STARTER
    # raise NotImplementedError("Sort by the loss of the label that is written on each picture.")
    ### END SOLUTION


# %% tags=["public-check"]
names = [SPECIES[label] for label in labels]
rows = np.asarray(most_suspicious(leaves, names, 12))
assert rows.shape == (12,), f"twelve row numbers, please, not an array of shape {rows.shape}"
given = np.asarray(probabilities(leaves))[np.arange(len(labels)), labels]
assert given[rows[0]] <= given.min() + 1e-4, "the first should be the picture whose label is the least probable of all"
assert (np.diff(given[rows]) >= -1e-4).all(), "the largest loss first, please"
print("Task 6 looks right.")

# %% [markdown]
# Nine labels of the herbarium are slips of the pen. How many of them do you see among your twelve?

# %% tags=["raises-exception"]
figure, axes = plt.subplots(2, 6, figsize=(9, 3.6))
for axis, row in zip(axes.flat, most_suspicious(leaves, names, 12)):
    axis.imshow(leaves[row])
    axis.set_title(names[row])
    axis.axis("off")

# %% [markdown]
# And what is confused with what? fastai's own view of the pictures that were set aside:

# %% tags=["raises-exception"]
ClassificationInterpretation.from_learner(learn).plot_confusion_matrix(figsize=(4, 4))

# %% [markdown]
# ## To think about
#
# The accuracy on your validation set says how well upright leaves are recognised that the network doesn't know. With
# strong augmentation it *falls*, while the accuracy outdoors rises. Which of the two figures would you have looked at
# when choosing, and what would you need to measure the other one? And suppose that the app is also to tell whether a
# leaf was photographed upside down: which augmentation would now be a mistake?
