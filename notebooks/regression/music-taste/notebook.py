# %% [markdown]
# # Music taste: a first decision tree
#
# 160 people were asked which music they like best. You grow a *decision tree* that predicts the answer from two
# columns, age and gender, read the tree like a flow chart, and then ask the question that matters: how often will it
# be right about people who were *not* asked? With so few rows the answer jumps about, and you will see by how much.
# (The people are made up, and so are their tastes.)
#
# You need Python's functions, loops and `if`; what you need of pandas and scikit-learn is shown by examples. Fill in
# what is missing, run the cells from the top, and hand in the saved notebook. What you have solved earns its points
# even while another task is open: the cells that check, fit, measure or plot may fail without ending the run. A cell of
# your own that fails ends it.
#
# | column | meaning |
# |---|---|
# | `age` | in whole years |
# | `gender` | `female` or `male`: the survey offered no other answer |
# | `genre` | `classical`, `folk`, `hip-hop`, `jazz`, `pop` or `rock`: **what you predict** |

# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.tree import DecisionTreeClassifier, export_text, plot_tree

table = pd.read_csv("data/listeners.csv")
print(len(table), "rows;", table["genre"].value_counts().to_dict())
table.head(8)

# %% [markdown]
# ## Task 1: features that are numbers
#
# The columns that a model gets as input are its *features*. scikit-learn's trees compare features with thresholds, so
# they want numbers, and `gender` is text. Write `prepare(table)`: it returns a new table with just the two columns
# `age` and `gender`, in which `gender` is **0 for female and 1 for male**. The table that is handed in must stay as it
# is, and new tables may come without `genre`.
#
# *A worked example:* `frame[["a", "b"]]` is a new table with two of the columns, `frame["size"].map({"small": 1, "large":
# 2})` replaces each text by its number, and `frame.assign(size=[2, 1, 1])` is a copy of `frame` with another column
# `size`.


# %%
def prepare(table):
    """Return a table with the columns age and gender only; gender is 0 for female and 1 for male."""
    ### BEGIN SOLUTION prepare
    return table[["age", "gender"]].assign(gender=table["gender"].map({"female": 0, "male": 1}))
    ### STARTER
    # raise NotImplementedError("Choose the two columns and turn gender into numbers.")
    ### END SOLUTION


# %% tags=["public-check"]
example = pd.DataFrame({"gender": ["male", "female", "male"], "age": [20, 31, 66]})
prepared = prepare(example)
assert list(prepared.columns) == ["age", "gender"], f"the columns age and gender, in this order; not {list(prepared.columns)}"
assert prepared["gender"].tolist() == [1, 0, 1], f"male is 1, female is 0; you have {prepared['gender'].tolist()}"
assert prepared["age"].tolist() == [20, 31, 66], "the ages stay as they are"
assert example["gender"].tolist() == ["male", "female", "male"], "leave the table that is handed in as it is"
print("Task 1 looks right.")

# %% [markdown]
# ## Task 2: grow a tree
#
# A decision tree asks one question after the other, each about a single feature: *is the age at most 23.5?* Growing it
# means to find, for the rows that have come so far, the feature and the threshold that separate the genres best.
# "Best" is measured by how mixed the two resulting groups are, by default with the *Gini impurity*
#
# $$H = \sum_k p_k (1 - p_k),$$
#
# where $p_k$ is the share of genre $k$ in the group (scikit-learn's user guide, section 1.10.7.1; the method goes back
# to Breiman, Friedman, Olshen and Stone 1984, *Classification and Regression Trees*). It is 0 when all rows are of one
# genre. Then the same is done for each group, until a group is pure or its rows can't be told apart. Such a last group
# is a *leaf*, and it predicts its most frequent genre.
#
# Write `grow(X, y, leaves)`, which returns a *fitted* `DecisionTreeClassifier`. Give it `random_state=0`, so that ties
# are broken the same way each time, and hand `leaves` on as `max_leaf_nodes`: the most leaves that the tree may have.
# `None` means that there is no limit, for scikit-learn just as for us.
#
# *A worked example:* all models of scikit-learn are used alike. `model = DummyClassifier(strategy="uniform")` makes
# one, `model.fit(X, y)` fits it and returns it, `model.predict(X_new)` gives one answer per row.


# %%
def grow(X, y, leaves=None):
    """Return a decision tree with at most `leaves` leaves (None: no limit), fitted to features X and genres y."""
    ### BEGIN SOLUTION grow
    return DecisionTreeClassifier(max_leaf_nodes=leaves, random_state=0).fit(X, y)
    ### STARTER
    # raise NotImplementedError("Make a DecisionTreeClassifier and fit it.")
    ### END SOLUTION


# %% tags=["public-check"]
X_small, y_small = pd.DataFrame({"age": [20, 30, 40, 50], "gender": [0, 1, 0, 1]}), ["pop", "rock", "jazz", "folk"]
full = grow(X_small, y_small)
assert hasattr(full, "predict"), f"return the fitted model, not {full!r}"
assert list(full.predict(X_small)) == y_small, "without a limit the tree should get these four rows right"
assert grow(X_small, y_small, leaves=3).get_n_leaves() == 3, "with leaves=3 the tree should have three leaves"
print("Task 2 looks right.")

# %% [markdown]
# This is how the two functions work together: from listeners with known genres to genres for other people. Nothing to
# do here; the same function is used when you are graded, with tables that you don't know.


# %%
def ask(known, people, leaves=None):
    """Grow a tree on the table `known` and return its genre for each row of the table `people`."""
    return grow(prepare(known), known["genre"], leaves).predict(prepare(people))


# %% tags=["raises-exception"]
print(ask(table, pd.DataFrame({"age": [19, 19, 60], "gender": ["female", "male", "female"]})))

# %% [markdown]
# ## Task 3: read the tree
#
# A tree of six leaves is small enough to be read. In each box stand the question (leaves have none), the impurity, the
# number of rows that arrived (`samples`), how many of them are of each genre (`value`, in alphabetical order), and the
# most frequent genre (`class`). If the answer to the question is yes, go left. The same tree follows as text.

# %% tags=["raises-exception"]
small = grow(prepare(table), table["genre"], leaves=6)
figure, axis = plt.subplots(figsize=(12, 6))
plot_tree(small, feature_names=["age", "gender"], class_names=list(small.classes_), filled=True, impurity=True, ax=axis)
print(export_text(small, feature_names=["age", "gender"], decimals=1))

# %% [markdown]
# Now be the tree. Write `by_hand(age, gender)`: it returns the genre that *this* tree predicts for one person, using
# nothing but `if`, `else` and `return`. Mind that the tree knows `gender` as a number, while `by_hand` gets the text
# `"female"` or `"male"`.
#
# *A worked example*, of a tree that has nothing to do with ours. It asks `rain <= 0.5`; if yes, it says `bike`; if no,
# it asks `distance <= 2.0` and says `walk` or `bus`:
#
# ```python
# def way_to_work(rain, distance):
#     if rain <= 0.5:
#         return "bike"
#     if distance <= 2.0:
#         return "walk"
#     return "bus"
# ```


# %%
def by_hand(age, gender):
    """Return the genre that the tree above predicts for one person; gender is "female" or "male"."""
    ### BEGIN SOLUTION by_hand
    if gender == "female":
        if age <= 44:
            return "pop" if age <= 23 else "folk"
        return "classical"
    if age <= 53:
        return "hip-hop" if age <= 29.5 else "rock"
    return "jazz"
    ### STARTER
    # raise NotImplementedError("Follow the questions of the tree.")
    ### END SOLUTION


def all_by_hand(people):
    """Return by_hand for each row of the table `people`. Nothing to do here."""
    return [by_hand(age, gender) for age, gender in zip(people["age"], people["gender"])]


# %% tags=["public-check"]
grid = pd.DataFrame([(age, gender) for age in range(14, 71) for gender in ("female", "male")], columns=["age", "gender"])
tree_says = small.predict(prepare(grid))
wrong = grid[[mine != its for mine, its in zip(all_by_hand(grid), tree_says)]]
assert wrong.empty, f"for {len(wrong)} of {len(grid)} people the tree says something else; the first is {wrong.iloc[0].to_dict()}"
print("Task 3 looks right.")

# %% [markdown]
# ## Task 4: how good is it, really?
#
# *Accuracy* is the share of rows whose genre is predicted correctly. Measured on the rows that the tree was grown on, it
# flatters: a large tree has learned some of them by heart. So hide a fifth of the rows, grow on the rest, and measure
# on the hidden fifth, which stands in for people who were not asked (scikit-learn's user guide, section 3.1).
#
# Which rows are hidden is a matter of chance. Write `accuracies(table, leaves, repeats)`, which does all that `repeats`
# times, **with another split each time**, and returns a list of `repeats` accuracies, all measured on hidden rows.
#
# *A worked example:* `first, second = train_test_split(frame, test_size=0.5, random_state=3)` deals the rows of `frame`
# to two tables of equal size. The same `random_state` gives the same deal again, another number another deal; without
# it the deal is a new one in each run. `accuracy_score(["pop", "pop", "folk"], ["pop", "rock", "folk"])` is 2/3: the
# truth comes first, what was predicted second. And `ask`, above, does the rest.


# %%
def accuracies(table, leaves=None, repeats=100):
    """Return a list of `repeats` accuracies of trees with at most `leaves` leaves, each on another hidden fifth."""
    ### BEGIN SOLUTION accuracies
    found = []
    for repeat in range(repeats):
        known, hidden = train_test_split(table, test_size=0.2, random_state=repeat)
        found.append(accuracy_score(hidden["genre"], ask(known, hidden, leaves)))
    return found
    ### STARTER
    # raise NotImplementedError("Split, grow, measure on the hidden fifth; and all that `repeats` times.")
    ### END SOLUTION


# %% tags=["public-check"]
chance = np.random.default_rng(1)
nonsense = table.assign(genre=chance.permutation(table["genre"].to_numpy()))  # genres dealt out at random
measured = accuracies(nonsense, repeats=20)
assert len(measured) == 20, f"20 repeats, 20 accuracies; you have {len(measured)}"
assert np.allclose(np.multiply(measured, 32) % 1, 0), "a fifth of 160 rows is 32, so each accuracy is a number of 32nds"
assert len(set(measured)) > 1, "all accuracies are the same: is it another split each time?"
assert np.mean(measured) < 0.5, f"genres dealt out at random can't be foreseen, yet you measure {np.mean(measured):.0%}"
print("Task 4 looks right. On random genres:", np.round(np.mean(measured), 2))

# %% [markdown]
# Look at what the same procedure says with few rows and with all of them. Each entry of the histograms is a tree
# without a limit, measured honestly, on another split.

# %% tags=["raises-exception"]
few, all_rows = accuracies(table.head(20)), accuracies(table)
figure, axes = plt.subplots(1, 2, figsize=(10, 3.5), sharex=True)
for axis, values, title in zip(axes, (few, all_rows), ("the first 20 rows: 4 hidden", "all 160 rows: 32 hidden")):
    axis.hist(values, bins=np.linspace(0, 1, 21))
    axis.axvline(np.mean(values), color="black", linestyle="--", label=f"mean {np.mean(values):.2f}")
    axis.set(title=title, xlabel="accuracy on hidden rows", ylabel="splits")
    axis.legend()
figure.tight_layout()
print(f"20 rows: from {min(few):.2f} to {max(few):.2f}; 160 rows: from {min(all_rows):.2f} to {max(all_rows):.2f}")

# %% [markdown]
# A single split of 20 rows could have told you nearly anything. The mean over many splits is steadier, and it is what
# you use from here on.
#
# ## Task 5: how large should the tree be?
#
# Write `mean_accuracies(table, sizes)`: a dict that has for each number of leaves in `sizes` the mean of 100
# accuracies on hidden rows. (Don't repeat yourself: one line per size is enough.)


# %%
def mean_accuracies(table, sizes):
    """Return a dict: for each number of leaves in sizes the mean of 100 accuracies on hidden rows."""
    ### BEGIN SOLUTION mean_accuracies
    return {leaves: float(np.mean(accuracies(table, leaves, repeats=100))) for leaves in sizes}
    ### STARTER
    # raise NotImplementedError("Return one mean per number of leaves.")
    ### END SOLUTION


# %% tags=["raises-exception"]
curve = mean_accuracies(table, [3, 4, 6, 8, 12, 20, 40])
on_known = {leaves: np.mean(ask(table, table, leaves) == table["genre"]) for leaves in curve}
plt.figure(figsize=(6, 3.5))
plt.plot(list(on_known), list(on_known.values()), marker="o", linestyle="--", label="on the rows it was grown on")
plt.plot(list(curve), list(curve.values()), marker="o", label="on hidden rows, mean of 100 splits")
plt.xlabel("most leaves allowed")
plt.ylabel("accuracy")
plt.legend()

# %% tags=["public-check"]
assert list(curve) == [3, 4, 6, 8, 12, 20, 40], f"one entry per number of leaves; you have {list(curve)}"
assert all(np.shape(mean) == () for mean in curve.values()), "each entry should be a single number, the mean"
assert max(curve, key=curve.get) != 40, "the largest tree comes out best: are these accuracies measured on hidden rows?"
print({leaves: round(float(mean), 3) for leaves, mean in curve.items()})

# %% [markdown]
# On the rows it was grown on, a larger tree is never worse. On hidden rows it gets worse from some size on: it has
# learned the whims of single people, and takes them for a rule. That is *overfitting*.
#
# Choose a size by your curve and put it into `LEAVES`. Then write `predict_genre(people)`, which grows a tree of that
# size on **all** rows of `table` and returns its genre for each row of `people`, a table with the columns `age` and
# `gender`. (It may grow the tree anew at each call; that takes a few milliseconds.)

# %%
### BEGIN SOLUTION leaves
LEAVES = 6
### STARTER
# LEAVES = None  # no limit: choose a number by your curve
### END SOLUTION


def predict_genre(people):
    """Return the predicted genre for each row of the table `people`, from a tree grown on all of `table`."""
    ### BEGIN SOLUTION predict_genre
    return ask(table, people, LEAVES)
    ### STARTER
    # raise NotImplementedError("Grow a tree of LEAVES leaves on the table, and ask it.")
    ### END SOLUTION


# %% tags=["public-check"]
said = np.asarray(predict_genre(pd.DataFrame({"age": [16, 16, 65, 65], "gender": ["female", "male"] * 2})))
assert said.shape == (4,), f"four people, four genres: expected the shape (4,), not {said.shape}"
assert len(set(said)) == 4, f"these four should get four different genres; you have {list(said)}"
print("Task 5 looks right:", list(said))

# %% [markdown]
# ## Look at it
#
# The map of your tree: which genre it predicts at which age. Each dot is one of the 160 people, in the colour of what
# they really like. Dots in the wrong colour are those whom no tree of this size gets right.

# %% tags=["raises-exception"]
genres = sorted(table["genre"].unique())
colour = dict(zip(genres, plt.colormaps["tab10"].colors))
jitter = np.random.default_rng(0).uniform(-0.3, 0.3, len(table))
figure, axis = plt.subplots(figsize=(11, 3.5))
for row, gender in enumerate(["female", "male"]):
    ages = np.arange(14, 71)
    drawn = predict_genre(pd.DataFrame({"age": ages, "gender": gender}))
    axis.bar(ages, 0.9, width=1, bottom=row - 0.45, color=[colour[genre] for genre in drawn], alpha=0.3)
axis.scatter(table["age"], (table["gender"] == "male") + jitter, color=table["genre"].map(colour).tolist(), s=14)
for genre in genres:
    axis.scatter([], [], color=colour[genre], label=genre)
axis.set(xlabel="age", yticks=[0, 1], yticklabels=["female", "male"])
axis.legend(ncol=6, loc="upper center", bbox_to_anchor=(0.5, 1.17))
figure.tight_layout()

# %% [markdown]
# ## To think about
#
# You chose `LEAVES` as the best of seven sizes, by accuracies on hidden rows, and would now report the best of these
# seven figures as the accuracy on new people. Is that figure likely to be a little too high, too low, or neither? Think
# of a thousand trees that all guess at random: how would the best of them look? And a question of another kind:
# the tree leans on `gender` a great deal. In which uses of such a model would that be harmless, and in which would you
# leave the column out, even if the accuracy suffered?
