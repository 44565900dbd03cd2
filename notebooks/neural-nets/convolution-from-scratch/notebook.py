# %% [markdown]
# # Convolution from scratch
#
# A fully connected layer has a weight for every pixel and every unit, and must learn anew at each place what an edge is.
# A convolutional layer has a few small *kernels* and slides them over the whole picture: the same few weights at every
# place. Everything else about it is bookkeeping: which pixels meet which weights, what happens at the border, how far
# the kernel moves each time, and how colours are added up. In this notebook you do the bookkeeping yourself, until you
# have a layer that computes the same as those of the libraries.
#
# You use NumPy alone; SciPy, PyTorch and scikit-learn are not available here. You need arrays, slices such as `A[2:5, :3]`,
# and `for` loops. 3Blue1Brown's "But what is a convolution?" in this track gives you the idea in pictures.
#
# Fill in what is missing, run the cells from the top, and hand in the saved notebook. What counts is how your functions
# behave on *new* random pictures and kernels, of other sizes than here. What you have solved earns its points even while
# another task is open: the cells that check or plot may fail without ending the run. A cell of your own that fails ends it.

# %%
import matplotlib.pyplot as plt
import numpy as np

picture = np.load("data/picture.npy") / 255  # red, green and blue, each 120×160, from 0 to 1
grey = picture.mean(axis=0)
print(picture.shape, grey.shape)


def show(*pictures, titles=(), size=3.2):
    """Draw grey or coloured pictures side by side; grey ones are stretched from their darkest to their brightest entry."""
    figure, axes = plt.subplots(1, len(pictures), figsize=(size * len(pictures), size), squeeze=False)
    for axis, image, title in zip(axes.flat, pictures, [*titles, *[""] * len(pictures)]):
        image = np.asarray(image)
        axis.imshow(np.moveaxis(image, 0, 2) if image.ndim == 3 else image, cmap="gray")
        axis.set_title(f"{title} {image.shape}", fontsize=9)
        axis.set(xticks=[], yticks=[])
    figure.tight_layout()


show(picture, grey, titles=["colour", "grey"])

# %% [markdown]
# ## Task 1: slide a kernel over a picture
#
# Put the kernel $K$ on the picture $I$ so that its upper left corner lies on pixel $(i, j)$, multiply each weight by the pixel
# under it, and add up (Goodfellow, Bengio & Courville 2016, *Deep Learning*, section 9.1):
#
# $$S_{ij} = \sum_m \sum_n I_{i+m,\,j+n}\, K_{mn}.$$
#
# This is the *cross-correlation* of the two. The kernel must lie entirely on the picture, so a picture with $h$ rows and a
# kernel with $k$ rows give $h - k + 1$ rows, and columns likewise.
#
# Write `correlate(image, kernel)`. Kernels may have any shape that fits, also an even or an oblong one.
#
# *A worked example, in one dimension:* the kernel `[1, 0, -2]` on `[3, 1, 4, 1, 5]` gives three numbers: $3 - 2 \cdot 4 =
# -5$, then $1 - 2 \cdot 1 = -1$, then $4 - 2 \cdot 5 = -6$.
#
# <details><summary>A worked hint: two ways to loop</summary>
#
# You can loop over all places $(i, j)$ of the result and look at the piece of the picture under the kernel, as in the
# formula. A picture has thousands of places. Or you can loop over the few entries $(m, n)$ of the kernel and treat all
# places at once. In one dimension, with three results, the second way reads
#
# ```python
# signal, weights = np.array([3, 1, 4, 1, 5]), [1, 0, -2]
# total = np.zeros(3)
# for n in range(3):
#     total += weights[n] * signal[n : n + 3]  # what lies under weight n, for all three places
# ```
#
# Either is right. The second needs 9 additions of arrays for a 3×3 kernel, whatever the size of the picture.
#
# </details>


# %%
def correlate(image, kernel):
    """Return the cross-correlation, shape (h - k + 1, w - l + 1), of an image (h, w) and a kernel (k, l)."""
    ### BEGIN SOLUTION correlate
    rows, columns = image.shape[0] - kernel.shape[0] + 1, image.shape[1] - kernel.shape[1] + 1
    total = np.zeros((rows, columns))
    for m, n in np.ndindex(kernel.shape):
        total += kernel[m, n] * image[m : m + rows, n : n + columns]
    return total
    ### STARTER
    # raise NotImplementedError("Return one number per place of the kernel.")
    ### END SOLUTION


# %% tags=["public-check"]
image_small = np.array([[1.0, 2.0, 0.0, 3.0], [0.0, 1.0, 4.0, 1.0], [2.0, 0.0, 1.0, 5.0]])
kernel_small = np.array([[1.0, 0.0, -1.0], [2.0, 0.0, 0.0]])
slid = correlate(image_small, kernel_small)
assert np.shape(slid) == (2, 2), f"3 rows under a kernel of 2, 4 columns under one of 3: shape (2, 2) expected, not {np.shape(slid)}"
assert np.isclose(slid[0][0], 1), f"at the upper left: 1·1 + 2·0 + 0·(−1) + 0·2 + 1·0 + 4·0 = 1; you have {slid[0][0]}"
assert np.allclose(slid, [[1, 1], [0, 0]]), f"the other three are 1, 0 and 0; you have\n{slid}"
slid = correlate(image_small, np.array([[0.0, 1.0]]))
assert np.shape(slid) == (3, 3), f"a kernel of one row and two columns leaves the shape (3, 3), not {np.shape(slid)}"
assert np.allclose(slid, image_small[:, 1:]), f"this kernel picks the pixel right of each place; you have\n{slid}"
print("Task 1 looks right.")

# %% [markdown]
# The kernel in the next cell is the simplest of all: 7×7 equal weights that sum to 1. Each pixel becomes the mean of its
# surroundings, and the picture is blurred.

# %% tags=["raises-exception"]
blur = np.full((7, 7), 1 / 49)
show(grey, correlate(grey, blur), titles=["before", "blurred"])

# %% [markdown]
# ## Task 2: convolution proper
#
# In mathematics, *convolution* counts the pixels backwards (Goodfellow et al. 2016, section 9.1):
#
# $$C_{ij} = \sum_m \sum_n I_{i-m,\,j-n}\, K_{mn}.$$
#
# That is a cross-correlation with the kernel turned by half a circle: the first row becomes the last, and the first column
# the last (the result is counted from the first place where the turned kernel lies on the picture). Nothing else differs.
# Turning makes convolution commutative, which matters in probability and signal processing. A network learns its kernels
# anyway, and learns them turned if need be, so what the libraries call convolution is cross-correlation.
#
# Write `convolve(image, kernel)`; the result has the shape of `correlate`.
#
# *A worked example of NumPy:* for `a = np.array([1, 2, 3])`, `a[::-1]` is `[3, 2, 1]`. For a table `A`, `A[::-1]` turns the
# order of the rows, and `A[:, ::-1]` that of the columns.


# %%
def convolve(image, kernel):
    """Return the convolution, shape (h - k + 1, w - l + 1), of an image (h, w) and a kernel (k, l)."""
    ### BEGIN SOLUTION convolve
    return correlate(image, kernel[::-1, ::-1])
    ### STARTER
    # raise NotImplementedError("Turn the kernel, then slide it.")
    ### END SOLUTION


# %% tags=["public-check"]
single = np.zeros((5, 5))
single[2, 2] = 1  # one bright pixel on black
letter = np.array([[1.0, 0.0, 0.0], [2.0, 0.0, 0.0], [3.0, 4.0, 5.0]])
assert np.shape(convolve(single, letter)) == (3, 3), "the shape is that of `correlate`: (3, 3) here"
stamped = convolve(single, letter)
assert np.allclose(stamped, letter), f"convolution stamps the kernel, as it is, on a single bright pixel; you have\n{stamped}"
print("Task 2 looks right.")

# %% [markdown]
# Look at the difference: a few bright pixels, correlated and convolved with a kernel that looks like the letter L.

# %% tags=["raises-exception"]
stars = np.zeros((40, 60))
stars[[8, 14, 28, 20], [10, 34, 22, 48]] = 1
letter_l = np.zeros((9, 7))
letter_l[:, :2] = letter_l[-2:] = 1
show(stars, letter_l, correlate(stars, letter_l), convolve(stars, letter_l), titles=["pixels", "kernel", "correlated", "convolved"])

# %% [markdown]
# ## Task 3: the border and the pace
#
# Without more ado each kernel makes the picture smaller, and pixels near the border count less than others. *Padding* by
# $p$ puts $p$ rows of zeros above and below the picture, and $p$ columns of zeros left and right of it. With a *stride*
# of $s$ the kernel moves on by $s$ pixels each time, down as well as to the right, and places in between are left out. A
# place counts only where the kernel still lies on the padded picture, so for a side of length $i$ and a kernel of length
# $k$ the result has the length
#
# $$o = \left\lfloor \frac{i + 2p - k}{s} \right\rfloor + 1$$
#
# (Dumoulin & Visin 2016, "A guide to convolution arithmetic for deep learning", relationship 6). The brackets round down.
#
# *A worked example:* a side of 6, padded by 1, is 8 long. A kernel of 3 fits at the places 0 to 5, so there are 6. With a
# stride of 2 it fits at 0, 2 and 4: that makes $\lfloor 5 / 2 \rfloor + 1 = 3$. The last column of zeros is then never used.
#
# Write three functions: `output_size` for one side, `pad` for a picture, and `slide`, which pads the picture and
# correlates it with a stride.
#
# *A worked example of NumPy:* `np.zeros((4, 5))` makes a table of zeros; `A[1:3, 2:4] = B` writes a table `B` of 2×2
# numbers into it; `A[::3, ::3]` has every third row and column of `A`, the first ones included.


# %%
def output_size(size, kernel, padding, stride):
    """Return the length of a side of the result, a whole number, from the lengths of a side of picture and kernel."""
    ### BEGIN SOLUTION output_size
    return (size + 2 * padding - kernel) // stride + 1
    ### STARTER
    # raise NotImplementedError("Return a whole number.")
    ### END SOLUTION


def pad(image, padding):
    """Return the image (h, w) with `padding` rows or columns of zeros at each of its four sides."""
    ### BEGIN SOLUTION pad
    height, width = image.shape
    padded = np.zeros((height + 2 * padding, width + 2 * padding))
    padded[padding : padding + height, padding : padding + width] = image
    return padded
    ### STARTER
    # raise NotImplementedError("Return a larger table with the image in its middle.")
    ### END SOLUTION


# %% tags=["public-check"]
assert output_size(6, 3, 1, 1) == 6, f"the worked example has 6 places with stride 1; you have {output_size(6, 3, 1, 1)}"
assert output_size(6, 3, 1, 2) == 3, f"the worked example has 3 places with stride 2; you have {output_size(6, 3, 1, 2)}"
assert output_size(28, 5, 0, 1) == 24, f"a side of 28 and a kernel of 5 leave 24; you have {output_size(28, 5, 0, 1)}"
print("The size looks right.")

# %% tags=["public-check"]
padded = pad(np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), 2)
assert np.shape(padded) == (6, 7), f"2 more at each of the four sides: shape (6, 7) expected, not {np.shape(padded)}"
assert np.allclose(padded[2:4, 2:5], [[1, 2, 3], [4, 5, 6]]), f"the picture should stand in the middle; you have\n{padded}"
assert np.sum(padded) == 21, "everything around it should be 0"
assert np.allclose(pad(np.ones((2, 2)), 0), 1), "with no padding the picture stays as it is"
print("The padding looks right.")


# %%
def slide(image, kernel, padding=0, stride=1):
    """Return the cross-correlation of the padded image (h, w) with a kernel (k, l), at every stride-th place."""
    ### BEGIN SOLUTION slide
    return correlate(pad(image, padding), kernel)[::stride, ::stride]
    ### STARTER
    # raise NotImplementedError("Pad, correlate, and keep every stride-th place in both directions.")
    ### END SOLUTION


# %% tags=["public-check"]
count = slide(np.ones((4, 6)), np.ones((3, 3)), padding=1)
assert np.shape(count) == (4, 6), f"a 3×3 kernel and a padding of 1 keep the shape (4, 6); you have {np.shape(count)}"
assert count[0][0] == 4 and count[1][1] == 9, f"in the corner 4 of 9 weights lie on the picture, inside all 9; you have\n{count}"
coarse = slide(np.arange(35.0).reshape(5, 7), np.array([[1.0]]), stride=2)
assert np.shape(coarse) == (3, 4), f"every second of 5 rows and 7 columns: shape (3, 4) expected, not {np.shape(coarse)}"
assert np.allclose(coarse[:2], [[0, 2, 4, 6], [14, 16, 18, 20]]), f"the first row has 0, 2, 4, 6, the next 14, 16, …; you have\n{coarse}"
print("Task 3 looks right.")

# %% tags=["raises-exception"]
show(
    slide(grey, blur), slide(grey, blur, padding=3), slide(grey, blur, padding=3, stride=4),
    titles=["no padding", "padding 3", "padding 3, stride 4"],
)

# %% [markdown]
# Can you see the dark rim in the second picture? The zeros beyond the border are averaged in.
#
# ## Task 4: a convolutional layer
#
# A layer has many kernels, and its input has many *channels*: three colours, or whatever the layer before has computed.
# Each *filter* $f$ has a kernel for each channel $c$. It slides all of them at once, adds up what they give, and adds
# a bias (PyTorch's documentation of `torch.nn.Conv2d`):
#
# $$O_f = b_f + \sum_{c} I_c \star K_{fc},$$
#
# where $\star$ is the cross-correlation, with padding and stride. So the input has the shape `(channels, h, w)`, the
# kernels `(filters, channels, k, l)`, the biases `(filters,)`, and the output has one picture per filter:
# `(filters, h', w')`.
#
# *A worked example:* two channels with one pixel each, 3 and 5, and a filter whose kernels are `[[10]]` and `[[-1]]`, with
# the bias 2, give $2 + 3 \cdot 10 + 5 \cdot (-1) = 27$: one number, since there is one filter.


# %%
def conv_layer(images, kernels, bias, padding=0, stride=1):
    """Return the output (filters, h', w') for images (channels, h, w), kernels (filters, channels, k, l), bias (filters,)."""
    ### BEGIN SOLUTION conv_layer
    outputs = []
    for filter_kernels, filter_bias in zip(kernels, bias):
        slid = [slide(image, kernel, padding, stride) for image, kernel in zip(images, filter_kernels)]
        outputs.append(np.sum(slid, axis=0) + filter_bias)
    return np.array(outputs)
    ### STARTER
    # raise NotImplementedError("Return one picture per filter.")
    ### END SOLUTION


# %% tags=["public-check"]
example = conv_layer(np.array([[[3.0]], [[5.0]]]), np.array([[[[10.0]], [[-1.0]]]]), np.array([2.0]))
assert np.shape(example) == (1, 1, 1), f"one filter, one pixel: shape (1, 1, 1) expected, not {np.shape(example)}"
assert np.isclose(example[0][0][0], 27), f"the worked example gives 27; you have {example[0][0][0]}"
volume, weights = np.arange(40.0).reshape(2, 4, 5), np.ones((3, 2, 3, 3)) * np.array([1.0, 0.0, -1.0]).reshape(3, 1, 1, 1)
output = conv_layer(volume, weights, np.array([0.0, 7.0, 0.5]), padding=1, stride=2)
assert np.shape(output) == (3, 2, 3), f"three filters, 4×5 pixels at stride 2: shape (3, 2, 3) expected, not {np.shape(output)}"
assert np.allclose(output[1], 7), f"the weights of the second filter are 0, so its bias is left, everywhere; you have\n{output[1]}"
assert np.allclose(output[0] + output[2], 0.5), "the third filter is the first with the other sign and a bias of 0.5"
assert np.isclose(output[0][1][1], 396), f"the 2·9 numbers around row 2, column 2 sum to 396; you have {output[0][1][1]}"
print("Task 4 looks right.")

# %% [markdown]
# Four filters on the three colours: bright everywhere, red against blue, changes from left to right, changes from top to
# bottom. In a network these would have been learned.

# %% tags=["raises-exception"]
filters = np.zeros((4, 3, 3, 3))
filters[0] = 1 / 27
filters[1, 0], filters[1, 2] = 1 / 9, -1 / 9
filters[2] = np.array([[-1, 0, 1]] * 3)
filters[3] = filters[2].transpose(0, 2, 1)
show(*conv_layer(picture, filters, np.zeros(4), padding=1), titles=["bright", "red − blue", "left to right", "top to bottom"])

# %% [markdown]
# ## Task 5: kernels of your own
#
# **Shift.** The kernel with 1 in the middle of 3×3 zeros leaves a picture as it is (with padding 1). Which 3×3 kernel
# moves the whole picture *one pixel to the right*, when you slide it with padding 1? Each pixel of the result should be
# the one that was left of it. Put the kernel into `shift_right`. The next cell shows what it does, so you can try.

# %%
### BEGIN SOLUTION shift_right
shift_right = np.array([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
### STARTER
# shift_right = np.array([[0.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 0.0]])
### END SOLUTION

# %% tags=["public-check"]
assert np.shape(shift_right) == (3, 3), f"a 3×3 kernel, please, not one of shape {np.shape(shift_right)}"
moved = slide(np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]), shift_right, padding=1)
assert np.allclose(moved, [[0, 1, 2], [0, 4, 5], [0, 7, 8]]), f"the first row 1, 2, 3 should become 0, 1, 2; you have\n{moved}"
print("The shift looks right.")

# %% [markdown]
# **Edges.** An edge is where the brightness changes. The *Sobel* kernels measure the change across, and smooth a little
# along the edge so that noise counts less (Kanopoulos, Vasanthavada & Baker 1988, "Design of an image edge detection
# filter using the Sobel operator", *IEEE Journal of Solid-State Circuits* 23):
#
# $$G_x = \begin{pmatrix} -1 & 0 & 1 \\ -2 & 0 & 2 \\ -1 & 0 & 1 \end{pmatrix}, \qquad G_y = G_x^\top .$$
#
# The first answers to changes from left to right, the second to changes from top to bottom. Together they are a gradient,
# and its length tells how strong the edge is, whatever its direction: $E = \sqrt{(I \star G_x)^2 + (I \star G_y)^2}$, pixel
# by pixel.
#
# Write `edges(image)`. Use no padding: a border of zeros would be an edge itself.


# %%
def edges(image):
    """Return the strength of the edges, shape (h - 2, w - 2), of an image (h, w)."""
    ### BEGIN SOLUTION edges
    across = np.array([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]])
    return np.sqrt(correlate(image, across) ** 2 + correlate(image, across.T) ** 2)
    ### STARTER
    # raise NotImplementedError("Return the length of the gradient at each place.")
    ### END SOLUTION


# %% tags=["public-check"]
step = np.array([[0.0, 0.0, 1.0, 1.0]] * 4)  # black on the left, white on the right
assert np.shape(edges(step)) == (2, 2), f"without padding 4×4 pixels leave (2, 2), not {np.shape(edges(step))}"
assert np.allclose(edges(step), 4), f"at this edge the strength is 4 everywhere; you have\n{edges(step)}"
assert np.allclose(edges(1 - step), 4), "from white to black is as strong an edge as from black to white: no negative strengths"
assert np.allclose(edges(step.T), 4), "an edge that lies flat is as strong as one that stands"
corner = np.zeros((3, 3))
corner[:, 2] = corner[2] = 1
assert np.allclose(edges(corner), np.sqrt(18)), f"both changes are 3 here, so the strength is √(9 + 9); you have {edges(corner)}"
print("Task 5 looks right.")

# %% tags=["raises-exception"]
show(grey, edges(grey), edges(correlate(grey, np.full((5, 5), 1 / 25))), titles=["picture", "edges", "blurred before"], size=4)

# %% [markdown]
# ## To think about
#
# Shift `grey` by one pixel to the right and then take `edges`; or take `edges` first and then shift. Apart from the border, do
# the two agree? Now do the same with `slide(…, blur, stride=4)` in place of `edges`, once with a shift by one pixel, once
# by four. What would a network that uses such strides see of a picture that moves slowly? And which kernel would have
# to slide where, if it were to find a *house* wherever it stands, but a *sky* only at the top?
