# %% [markdown]
# # First model: who rents a bike?
#
# A city wants to know how many of its rental bikes will be needed in an hour that is still to come. It has written down
# 4000 hours of the past: the calendar, the weather, and how many bikes were out. (City and bikes are made up.)
#
# You go the whole way from a raw table to two models that can be compared: fill the gaps, set some rows aside, fit a
# linear regression and a random forest, and say how good they will be on hours that nobody has seen. The last part
# is the one that people get wrong most often, so it has points of its own.
#
# | column | meaning |
# |---|---|
# | `hour`, `weekday`, `month` | 0–23, 0 = Monday … 6 = Sunday, 1–12 |
# | `temperature`, `humidity`, `wind`, `rain` | °C, %, km/h, mm |
# | `members`, `guests` | rentals by people with and without a subscription, counted *after* the hour |
# | `rentals` | all rentals of that hour: **what you predict** |

# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LinearRegression
from sklearn.metrics import r2_score
from sklearn.model_selection import train_test_split

table = pd.read_csv("data/rentals.csv")
print("missing values per column:")
print(table.isna().sum())
table.head()

# %% [markdown]
# ## Task 1: which columns, and what to put into the gaps
#
# List the columns that the models may use in `FEATURES`, in the order in which they stand in the table. Ask of every column: *will I know
# it before the hour begins?* (A forecast gives you the weather.) A column that is only known afterwards makes a model look
# brilliant here and leaves it helpless in use. That is called *leakage*.
#
# The weather station missed some values. A simple way to fill a gap is the *median* of the values that are known: half of
# them are lower, half are higher, and a few wild values can't move it far. Write `feature_medians(table)`, which returns
# them as a dict, one number per feature.
#
# *A worked example:* `frame[["a", "b"]]` is a table with two of the columns, `frame["a"].max()` a number,
# `frame[["a", "b"]].max()` a Series with one number per column, and `.to_dict()` makes `{"a": …, "b": …}` of that Series.

# %%
### BEGIN SOLUTION features
FEATURES = ["hour", "weekday", "month", "temperature", "humidity", "wind", "rain"]
### STARTER
# FEATURES = []  # the names of the columns that a model may use
### END SOLUTION


def feature_medians(table):
    """Return a dict: for each of FEATURES the median of its known values in this table."""
    ### BEGIN SOLUTION medians
    return table[FEATURES].median().to_dict()
    ### STARTER
    # raise NotImplementedError("Return one median per feature.")
    ### END SOLUTION


# %% tags=["public-check"]
assert "rentals" not in FEATURES, "`rentals` is what you predict: it can't be a feature"
assert len(FEATURES) == 7, f"seven columns are known before the hour begins; you have {len(FEATURES)}"
medians = feature_medians(table)
assert set(medians) == set(FEATURES), f"one entry per feature, please; you have {sorted(medians)}"
assert medians["humidity"] == table["humidity"].median(), "the median of the known values of `humidity` is another"
print("Task 1 looks right:", medians)

# %% [markdown]
# ## Task 2: prepare a table
#
# Write `prepare(table, fill)`: it returns a new table with the columns `FEATURES` in that order, in which every gap is
# filled with the number that `fill` gives for its column. It must not work out medians of its own: new hours have to be
# prepared with the numbers found in the *training* rows, even if only a single new hour comes in (whose median would be
# itself, or nothing at all).


# %%
def prepare(table, fill):
    """Return a DataFrame with the columns FEATURES and no missing value; fill is a dict like that of feature_medians."""
    ### BEGIN SOLUTION prepare
    return table[FEATURES].fillna(fill)
    ### STARTER
    # raise NotImplementedError("Choose the columns and fill the gaps.")
    ### END SOLUTION


# %% tags=["public-check"]
example = pd.DataFrame({name: [1.0, np.nan, 3.0] for name in [*FEATURES, "rentals"]})
prepared = prepare(example, {name: 10.0 + place for place, name in enumerate(FEATURES)})
assert list(prepared.columns) == FEATURES, f"the columns FEATURES in their order, and no others: not {list(prepared.columns)}"
assert not prepared.isna().any().any(), "there are still missing values"
assert prepared.iloc[1].tolist() == [10.0 + place for place in range(len(FEATURES))], "use the numbers given in `fill`"
assert prepared.iloc[2].tolist() == [3.0] * len(FEATURES), "values that are known stay as they are"
print("Task 2 looks right.")

# %% [markdown]
# ## Task 3: two models
#
# First set a quarter of the rows aside. The models never see them; they stand in for the future.
#
# A *linear regression* adds up a share for every feature, $\hat y = w_1 x_1 + \dots + w_d x_d + b$
# (scikit-learn's user guide, section 1.1.1). A *random forest* averages many decision trees, each grown on rows drawn with
# replacement (Breiman 2001, "Random Forests", *Machine Learning* 45). Trees ask questions one after the other ("after 16 o'clock?", then "a working day?"),
# so they can treat the same hour differently on different days.
#
# Write the two `train_…` functions. Each takes prepared features `X` and rentals `y` and returns a fitted model:
# `LinearRegression()`, and `RandomForestRegressor` with `n_estimators=100`, `min_samples_leaf=2` and `random_state=0`.
# Then write the two `predict_…` functions for *raw* new hours, gaps included: prepare them with `fill`, then predict.

# %%
train, held_out = train_test_split(table, test_size=0.25, random_state=0)


def train_linear(X, y):
    """Return a linear regression fitted to X and y."""
    ### BEGIN SOLUTION train_linear
    return LinearRegression().fit(X, y)
    ### STARTER
    # raise NotImplementedError("Fit a LinearRegression.")
    ### END SOLUTION


def train_forest(X, y):
    """Return a random forest fitted to X and y."""
    ### BEGIN SOLUTION train_forest
    return RandomForestRegressor(n_estimators=100, min_samples_leaf=2, random_state=0).fit(X, y)
    ### STARTER
    # raise NotImplementedError("Fit a RandomForestRegressor.")
    ### END SOLUTION


def predict_linear(hours):
    """Return the linear regression's rentals for a raw table of hours, one number per row."""
    ### BEGIN SOLUTION predict_linear
    return linear.predict(prepare(hours, fill))
    ### STARTER
    # raise NotImplementedError("Prepare the hours, then ask `linear`.")
    ### END SOLUTION


def predict_forest(hours):
    """Return the forest's rentals for a raw table of hours, one number per row."""
    ### BEGIN SOLUTION predict_forest
    return forest.predict(prepare(hours, fill))
    ### STARTER
    # raise NotImplementedError("Prepare the hours, then ask `forest`.")
    ### END SOLUTION


# %% tags=["public-check"]
fill = feature_medians(train)
linear = train_linear(prepare(train, fill), train["rentals"])
forest = train_forest(prepare(train, fill), train["rentals"])

new_hours = table[FEATURES].tail(5)
assert np.shape(predict_linear(new_hours)) == (5,), "five hours, five predictions of the linear regression"
assert np.shape(predict_forest(new_hours)) == (5,), "five hours, five predictions of the forest"
print("Task 3 looks right. The forest says", predict_forest(new_hours).round(), "and it was", table["rentals"].tail(5).to_numpy())

# %% [markdown]
# ## Task 4: how good are they really?
#
# The coefficient of determination compares a model's squared errors with those of the mean $\bar y$,
#
# $$R^2 = 1 - \frac{\sum_i (y_i - \hat y_i)^2}{\sum_i (y_i - \bar y)^2}$$
#
# (scikit-learn's user guide, section 3.4.6.4): 1 is perfect, 0 is as good as always saying the mean.
#
# Make a dict `scores` with the keys `"linear"` and `"forest"`: for each the $R^2$ that you *expect on new hours*. It is
# graded by comparing it with the true $R^2$ on thousands of new hours. Which rows do you measure it on? `r2_score(y, predicted)`
# takes the truth first.

# %% tags=["public-check"]
### BEGIN SOLUTION scores
scores = {
    "linear": r2_score(held_out["rentals"], predict_linear(held_out)),
    "forest": r2_score(held_out["rentals"], predict_forest(held_out)),
}
### STARTER
# scores = {}
### END SOLUTION
assert set(scores) == {"linear", "forest"}, f"two entries, please; you have {sorted(scores)}"
assert scores["forest"] > scores["linear"], f"the forest should be ahead here: {scores}"
print({name: round(float(score), 3) for name, score in scores.items()})

# %% [markdown]
# ## Look at it
#
# Each point is a held-out hour; on the dashed line the prediction is right. Then the models' average day.

# %% tags=["public-check"]
figure, axes = plt.subplots(1, 3, figsize=(14, 4))
for axis, (name, predict) in zip(axes, {"linear": predict_linear, "forest": predict_forest}.items()):
    axis.scatter(held_out["rentals"], predict(held_out), s=6, alpha=0.5)
    axis.axline((0, 0), slope=1, linestyle="--", color="gray")
    axis.set(title=name, xlabel="rentals", ylabel="predicted")
    axes[2].plot(held_out.assign(predicted=predict(held_out)).groupby("hour")["predicted"].mean(), label=name)
axes[2].plot(held_out.groupby("hour")["rentals"].mean(), color="black", label="truth")
axes[2].set(xlabel="hour", ylabel="mean rentals")
axes[2].legend()
figure.tight_layout()

# %% [markdown]
# ## To think about
#
# In the right-hand plot the line of the linear regression can only rise or fall through the day. Which *new columns*, made from
# `hour` and `weekday` alone, would let a linear model draw two rush hours on working days? Try a few in a copy of
# `prepare`. How close to the forest do you get, and what can you read off the linear model then that the forest won't tell you?
