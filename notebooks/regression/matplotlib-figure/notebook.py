# %% [markdown]
# # Figures with Matplotlib
#
# A table of numbers hides what a figure shows at once: that a model has stopped learning, that it is wrong for large
# values only, that two columns have nothing in common. Four kinds of figures come back in every project; you draw each
# of them once, so that somebody else can read it *without asking you*.
#
# Matplotlib's words (documentation, "Quick start guide", "Parts of a figure"): the **figure** is the whole picture. It
# holds one or several **axes**, each a plot with an x-axis and a y-axis. What is drawn in them, lines, points, bars
# and texts, are **artists**. `plt.subplots()` makes a figure with one axes; everything else is done by methods of the
# axes:
#
# | you want | you write |
# |---|---|
# | a line, points, bars | `axes.plot(x, y)`, `axes.scatter(x, y)`, `axes.bar(x, heights)` |
# | a vertical line from bottom to top | `axes.axvline(x)` |
# | names of the axes, a title | `axes.set_xlabel("…")`, `axes.set_ylabel("…")`, `axes.set_title("…")` |
# | a legend | `label="…"` for each artist, then once `axes.legend()` |
# | the range that is shown | `axes.set_xlim(low, high)`, `axes.set_ylim(low, high)` |
#
# Each of your functions returns its **figure**. It is graded by what is in it, for other data than those below: points
# and lines by their coordinates, words by their text. Colours, sizes and styles are yours. You need Python's functions
# and lists, and a little NumPy.
#
# Fill in what is missing, run the cells from the top, and hand in the saved notebook. What you have solved earns its
# points even while another task is open: the cells that check or plot may fail without ending the run. A cell of your
# own that fails ends it.
#
# The first cell also holds `describe`, which lists what is in a figure. Nothing to do there, but do look at what it
# says about yours: that is what the grader sees.

# %%
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from matplotlib.lines import AxLine

rng = np.random.default_rng(5)


def describe(figure):
    """What is in a figure, as plain data: one dict for each of its axes. The figure is closed."""
    if not isinstance(figure, Figure):
        raise TypeError(f"return the figure, please, not a {type(figure).__name__}")
    figure.canvas.draw()
    plt.close(figure)
    return [describe_axes(axes, figure) for axes in figure.axes]


def describe_axes(axes, figure):
    """Words, ranges, lines, points and bars of one axes."""
    found = {"title": " ".join(filter(None, (axes.get_title(loc=place) for place in ("left", "center", "right"))))}
    found |= {"xlabel": axes.get_xlabel(), "ylabel": axes.get_ylabel(), "equal": axes.get_aspect() == 1}
    found |= {"xlim": [float(x) for x in axes.get_xlim()], "ylim": [float(y) for y in axes.get_ylim()]}
    legends = [legend for legend in (axes.get_legend(), *figure.legends) if legend]
    found["legend"] = [text.get_text() for legend in legends for text in legend.get_texts()]
    found["xticks"] = [[float(tick), text.get_text()] for tick, text in zip(axes.get_xticks(), axes.get_xticklabels())]
    found |= {"lines": [], "points": [], "bars": []}
    for line in axes.lines:
        x, y = (np.asarray(values, dtype=float).ravel() for values in line.get_data(orig=False))
        if isinstance(line, AxLine):
            x, (x1, y1), slope = np.array(axes.get_xlim()), line.get_xy1(), line.get_slope()
            slope = (line.get_xy2()[1] - y1) / (line.get_xy2()[0] - x1) if slope is None else slope
            y = y1 + slope * (x - x1)
        kind = "points" if line.get_linestyle() in ("None", "", " ") else "lines"
        found[kind].append({"label": str(line.get_label()), "x": x, "y": y})
    for group in axes.collections:
        if isinstance(group, PathCollection):
            x, y = np.ma.getdata(group.get_offsets()).astype(float).T
            found["points"].append({"label": str(group.get_label()), "x": x, "y": y})
        elif isinstance(group, LineCollection):
            for segment in group.get_segments():
                found["lines"].append({"label": str(group.get_label()), "x": segment[:, 0], "y": segment[:, 1]})
    for container in axes.containers:
        if isinstance(container, BarContainer):
            sides = [(bar.get_x(), bar.get_width(), bar.get_y(), bar.get_height()) for bar in container]
            found["bars"] += [[float(number) for number in bar] for bar in sides]
    return found


# %%
example, axes = plt.subplots(figsize=(4, 2))
axes.plot([1, 2, 4], [3, 1, 2], label="a line")
axes.set_ylabel("height in metres")
describe(example)[0]

# %% [markdown]
# ## Task 1: a learning curve
#
# While a model is trained, its loss is measured after each epoch: on the rows it is trained on, and on others that were
# set aside. As long as both fall it learns. Where the second one turns upwards it begins to learn its rows by heart
# (*overfitting*; Goodfellow, Bengio and Courville 2016, *Deep Learning*, section 7.8 and figure 7.3), and one would
# like to keep the model of the epoch *before* that.
#
# Write `learning_curve(training, validation)`. It gets two lists of losses of equal length. The figure has
#
# - two lines over the epochs, which are counted **from 1**, labelled `training` and `validation`, with a legend;
# - the names `epoch` (x) and `loss` (y) on the axes;
# - a vertical line at the epoch with the smallest *validation* loss.
#
# *A worked example:* `axes.plot([3, 1, 2])` has no x and counts from 0; `axes.plot([10, 20, 30], [3, 1, 2])` has its
# own. `range(1, 4)` are the numbers 1, 2, 3. `np.argmin([5, 2, 7])` is 1, the *place* of the smallest number, counted
# from 0.


# %%
def learning_curve(training, validation):
    """A figure with both losses over the epochs and a line at the best epoch."""
    figure, axes = plt.subplots(figsize=(5, 3))
    ### BEGIN SOLUTION curve
    epochs = range(1, len(training) + 1)
    axes.plot(epochs, training, label="training")
    axes.plot(epochs, validation, label="validation")
    ### STARTER
    # raise NotImplementedError("Draw two labelled lines over the epochs.")
    ### END SOLUTION
    ### BEGIN SOLUTION best
    axes.axvline(np.argmin(validation) + 1, color="gray", linestyle="--")
    ### STARTER
    # # Draw a vertical line at the best epoch.
    ### END SOLUTION
    ### BEGIN SOLUTION words
    axes.set_xlabel("epoch")
    axes.set_ylabel("loss")
    axes.legend()
    ### STARTER
    # # Name the axes and add a legend.
    ### END SOLUTION
    return figure


def described_curve(training, validation):
    """Your figure as the grader sees it."""
    return describe(learning_curve(training, validation))


# %% tags=["public-check"]
(seen,) = described_curve(np.array([4.0, 2.0, 1.0, 0.5]), np.array([4.5, 3.0, 2.5, 3.5]))
assert len(seen["lines"]) >= 2, f"two lines and the vertical one, please; there are {len(seen['lines'])}"
assert seen["lines"][0]["x"].tolist() == [1, 2, 3, 4], f"epochs are counted from 1; you have {seen['lines'][0]['x'].tolist()}"
assert {"training", "validation"} <= set(seen["legend"]), f"the legend should name both lines; it has {seen['legend']}"
assert (seen["xlabel"], seen["ylabel"]) == ("epoch", "loss"), f"name the axes epoch and loss, not {seen['xlabel']!r}, {seen['ylabel']!r}"
assert any(set(line["x"].tolist()) == {3} for line in seen["lines"]), "2.5 is the smallest validation loss: the line goes to epoch 3"
print("Task 1 looks right.")

# %% tags=["raises-exception"]
epochs = np.arange(30)
training = 2 * np.exp(-epochs / 6) + 0.1 + rng.normal(0, 0.02, 30)
validation = 2 * np.exp(-epochs / 5) + 0.35 + 0.0008 * epochs**2 + rng.normal(0, 0.03, 30)
learning_curve(training, validation);

# %% [markdown]
# ## Task 2: predictions against the truth
#
# Each row is a point: to the right its true value, upwards what the model said. On the diagonal the model is right,
# above it says too much, below too little. That can be read off only if both axes show **the same range** and a
# unit has the same length on both.
#
# Write `predicted_against_true(truth, predicted)`. The figure has
#
# - a point for each row, at `truth` (x) and `predicted` (y);
# - the same limits on both axes, wide enough for *all* true and predicted values, and
#   `axes.set_aspect("equal")`;
# - the diagonal as a line, at least from the smallest to the largest of all values.
#
# *A worked example:* `min(np.min(a), np.min(b))` is the smallest number in two arrays. The line from the point
# (0, 5) to the point (2, 9) is `axes.plot([0, 2], [5, 9])`: first both x, then both y.


# %%
def predicted_against_true(truth, predicted):
    """A square figure of predictions over true values, with the diagonal."""
    figure, axes = plt.subplots(figsize=(4, 4))
    ### BEGIN SOLUTION scatter
    axes.scatter(truth, predicted, s=12)
    ### STARTER
    # raise NotImplementedError("Draw a point for each row.")
    ### END SOLUTION
    ### BEGIN SOLUTION frame
    low, high = min(np.min(truth), np.min(predicted)), max(np.max(truth), np.max(predicted))
    margin = 0.05 * (high - low)
    axes.plot([low, high], [low, high], color="gray", linestyle="--")
    axes.set_xlim(low - margin, high + margin)
    axes.set_ylim(low - margin, high + margin)
    axes.set_aspect("equal")
    ### STARTER
    # # Same limits, equal aspect, the diagonal.
    ### END SOLUTION
    axes.set_xlabel("true value")
    axes.set_ylabel("predicted value")
    return figure


def described_predictions(truth, predicted):
    """Your figure as the grader sees it."""
    return describe(predicted_against_true(truth, predicted))


# %% tags=["public-check"]
(seen,) = described_predictions(np.array([1.0, 2.0, 6.0]), np.array([0.0, 3.0, 9.0]))
assert len(seen["points"]) == 1, f"the rows should be points that belong together; there are {len(seen['points'])} groups"
assert seen["points"][0]["x"].tolist() == [1, 2, 6], f"the true values go to the right; you have {seen['points'][0]['x'].tolist()}"
assert seen["xlim"] == seen["ylim"], f"the same limits on both axes: not {seen['xlim']} and {seen['ylim']}"
assert seen["xlim"][0] <= 0 and seen["xlim"][1] >= 9, f"values go from 0 to 9, your axes from {seen['xlim'][0]} to {seen['xlim'][1]}"
assert seen["equal"], "a unit should have the same length on both axes"
assert any(np.allclose(line["x"], line["y"]) for line in seen["lines"]), "the diagonal is missing: there y equals x"
print("Task 2 looks right.")

# %% tags=["raises-exception"]
truth = rng.gamma(3, 2, 150)
predicted_against_true(truth, 0.75 * truth + 1 + rng.normal(0, 0.7, 150));

# %% [markdown]
# ## Task 3: which model is best?
#
# Readers compare lengths along a common scale more exactly than anything else (Cleveland and McGill 1984, "Graphical
# Perception", *Journal of the American Statistical Association* 79), and a bar *is* its length: so its axis must begin
# at 0. Cut off at 0.8, an accuracy of 0.9 looks twice as long as one of 0.85.
#
# Write `model_bars(names, scores)`: one upright bar per model, **the best (highest) score first**, its name below it,
# and the y-axis from 0.
#
# *A worked example:* `np.argsort([30, 10, 20])` is `[1, 2, 0]`, the places from the smallest number to the largest, and
# `[::-1]` turns a list round. With these places, `[names[place] for place in places]` are the names in that order.
# `axes.bar(["a", "b"], [1, 3])` draws two bars with names below them.


# %%
def model_bars(names, scores):
    """A figure with a bar for each model, best first."""
    figure, axes = plt.subplots(figsize=(5, 3))
    ### BEGIN SOLUTION bars
    order = np.argsort(scores)[::-1]
    axes.bar([names[place] for place in order], [scores[place] for place in order])
    ### STARTER
    # raise NotImplementedError("Sort names and scores together, then draw the bars.")
    ### END SOLUTION
    ### BEGIN SOLUTION from_zero
    axes.set_ylim(bottom=0)
    ### STARTER
    # # Make sure that the y-axis begins at 0.
    ### END SOLUTION
    axes.set_ylabel("accuracy")
    return figure


def described_bars(names, scores):
    """Your figure as the grader sees it."""
    return describe(model_bars(names, np.array(scores)))


# %% tags=["public-check"]
(seen,) = described_bars(["tree", "forest", "baseline"], [0.8, 0.9, 0.6])
heights = [height for _, _, _, height in sorted(seen["bars"])]
assert np.allclose(heights, [0.9, 0.8, 0.6]), f"the best first, from the left: 0.9, 0.8, 0.6, not {heights}"
written = [text for _, text in sorted(seen["xticks"]) if text]
assert written == ["forest", "tree", "baseline"], f"each bar with its own name below it; you have {written}"
assert seen["ylim"][0] == 0, f"the y-axis should begin at 0, not at {seen['ylim'][0]}"
print("Task 3 looks right.")

# %% tags=["raises-exception"]
model_bars(["tree", "baseline", "forest", "regression"], np.array([0.79, 0.52, 0.83, 0.76]));

# %% [markdown]
# ## Task 4: all columns at a glance
#
# Before any model comes a look at the columns: a *histogram* divides the range of a column into bins of equal width and
# shows how many values fall into each.
#
# Write `histograms(columns, bins)`. `columns` is a dict from names to arrays. The figure has one axes per column, side by
# side in the order of the dict, each with its name as the title and a histogram with the given number of bins
# (`axes.hist(values, bins=…)`). So that they can be compared, all show **the same range of counts**.
#
# *A worked example:* `figure, axes = plt.subplots(2, 1, sharex=True)` makes two axes, one above the other, which share
# the range of x; `axes[0]` is the upper one. With a single axes there would be no list: `squeeze=False` always gives a
# table, `axes[row, column]`. `for place, (name, values) in enumerate(columns.items())` goes through a dict and counts.


# %%
def histograms(columns, bins):
    """A figure with a histogram of each column, side by side, all with the same range of counts."""
    ### BEGIN SOLUTION panels
    figure, axes = plt.subplots(1, len(columns), figsize=(3 * len(columns), 2.5), sharey=True, squeeze=False)
    ### STARTER
    # raise NotImplementedError("Make a row of axes, one per column, which share the range of y.")
    ### END SOLUTION
    ### BEGIN SOLUTION hist
    for place, (name, values) in enumerate(columns.items()):
        axes[0, place].hist(values, bins=bins)
        axes[0, place].set_title(name)
    ### STARTER
    # # Draw a histogram with its title into each.
    ### END SOLUTION
    return figure


def described_histograms(columns, bins):
    """Your figure as the grader sees it."""
    return describe(histograms({name: np.array(values) for name, values in columns.items()}, bins))


# %% tags=["public-check"]
seen = described_histograms({"age": [1, 2, 2, 9], "fare": [5, 5, 5, 5, 6, 8]}, 4)
assert [axes["title"] for axes in seen] == ["age", "fare"], f"one axes per column, with its name: not {[axes['title'] for axes in seen]}"
counts = [[height for _, _, _, height in sorted(axes["bars"])] for axes in seen]
assert counts[0] == [3, 0, 0, 1], f"of 1, 2, 2 and 9, three are in the first of four bins and one in the last; you have {counts[0]}"
assert seen[0]["ylim"] == seen[1]["ylim"], "all axes should show the same range of counts"
print("Task 4 looks right.")

# %% tags=["raises-exception"]
histograms({"normal": rng.normal(size=300), "uniform": rng.uniform(size=300), "exponential": rng.exponential(size=300)}, 15);

# %% [markdown]
# ## To think about
#
# Draw `histograms` once more with 5 and with 100 bins. Which of the three shapes would you recognise in each? A
# histogram with too many bins shows accidents, one with too few hides the pattern: which two curves of Task 1 does that
# remind you of? And the same range of counts is right for columns of equal length: what would you share, and what would
# you draw in place of counts, if one column had 300 values and another 30,000?
