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
# You need Python's functions and dicts; what you need of pandas and scikit-learn is shown by examples. Fill in what
# is missing, run the cells from the top, and hand in the saved notebook. What you have solved earns its points even
# while another task is open: the cells that check, fit, measure or plot may fail without ending the run. A cell of
# your own that fails ends it.
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
# List the columns that the models may use in `FEATURES`, in the order in which they stand in the table. Ask of every
# column: *will I know it before the hour begins?* (A forecast gives you the weather.) A column that is only known
# afterwards makes a model look brilliant here and leaves it helpless in use. That is called *leakage*. Tables of new
# hours, such as those that you are graded on, have only the columns that are known beforehand.
#
# The weather station missed some values. A simple way to fill a gap is the *median* of the values that are known:
# half of them are lower, half are higher, and a few wild values can't move it far. Write `feature_medians(table)`,
# which returns them as a dict, one number per feature.
#
# *A worked example:* `frame[["a", "b"]]` is a table with two of the columns, `frame["a"].max()` a number,
# `frame[["a", "b"]].max()` a Series with one number per column, and `.to_dict()` makes `{"a": …, "b": …}` of that
# Series.

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
assert not {"members", "guests"} & set(FEATURES), "`members` and `guests` are counted after the hour: nobody knows them before"
assert len(FEATURES) == 7, f"seven columns are known before the hour begins; you have {len(FEATURES)}"
assert FEATURES == [name for name in table.columns if name in FEATURES], "in the order in which they stand in the table, please"
medians = feature_medians(table)
assert isinstance(medians, dict), f"a dict, please, not a {type(medians).__name__}: `.to_dict()` makes one of a Series"
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
#
# *A worked example:* `frame.fillna({"a": 0.0, "b": 5.0})` is a copy of `frame` with 0 in the gaps of column `a` and 5
# in those of column `b`.


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
# ## Task 3: something to compare with
#
# First set a quarter of the rows aside. Nothing is fitted to them: they stand in for the future.

# %%
train, held_out = train_test_split(table, test_size=0.25, random_state=0)
print(len(train), "rows to learn from,", len(held_out), "set aside")

# %% [markdown]
# A score says little on its own. So before any model comes a *baseline*: a prediction so simple that a model should
# beat it. Yours says for each hour what was rented *on average at that hour of the day*, whatever the weather.
#
# Write `predict_baseline(hours)`: for each row of `hours` the mean `rentals` of the rows of `train` with the same
# `hour`.
#
# *A worked example:* `means = frame.groupby("colour")["price"].mean()` is a Series with one mean price per colour;
# `other["colour"].map(means)` looks up the colour of each row of another table in it.


# %%
def predict_baseline(hours):
    """Return the mean rentals at that hour of the day, taken over the rows of train: one number per row of hours."""
    ### BEGIN SOLUTION baseline
    return hours["hour"].map(train.groupby("hour")["rentals"].mean())
    ### STARTER
    # raise NotImplementedError("Look up the mean of each row's hour.")
    ### END SOLUTION


# %% tags=["public-check"]
looked_up = np.asarray(predict_baseline(pd.DataFrame({"hour": [3, 17, 3]})))
assert looked_up.shape == (3,), f"three hours, three predictions: expected the shape (3,), not {looked_up.shape}"
assert looked_up[0] == looked_up[2], "two hours at the same time of day should get the same prediction"
assert np.isclose(looked_up[1], train.loc[train["hour"] == 17, "rentals"].mean()), "for 17 o'clock the mean is another"
print("Task 3 looks right:", looked_up.round())

# %% [markdown]
# ## Task 4: two models
#
# A *linear regression* adds up a share for every feature, $\hat y = w_1 x_1 + \dots + w_d x_d + b$ (scikit-learn's
# user guide, section 1.1.1). A *random forest* averages many decision trees, each grown on rows drawn with
# replacement (Breiman 2001, "Random Forests", *Machine Learning* 45; he also draws the features of each split, which
# scikit-learn's regressor leaves out unless told). Trees ask questions one after the other ("after 16 o'clock?", then
# "a working day?"), so they can treat the same hour differently on different days.
#
# Write the two `train_…` functions. Each takes prepared features `X` and rentals `y` and returns a *fitted* model: a
# `LinearRegression()`, and a `RandomForestRegressor` with `n_estimators=100`, `min_samples_leaf=2` and
# `random_state=0`.
#
# *A worked example:* all models of scikit-learn are used alike. `model = DummyRegressor(strategy="median")` makes one,
# `model.fit(X, y)` fits it and returns it, `model.predict(X_new)` gives one number per row.


# %%
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


# %% tags=["public-check"]
X_small, y_small = pd.DataFrame({"a": [0.0, 1.0, 2.0, 3.0], "b": [1.0, 0.0, 0.0, 1.0]}), np.array([1.0, 3.0, 5.0, 7.0])
small = train_linear(X_small, y_small)
assert hasattr(small, "predict"), f"return the fitted model, not {small!r}"
assert np.allclose(small.predict(X_small), y_small), "y is 2a + 1 here: a linear regression gets it exactly right"
print("The linear regression looks right.")

# %% tags=["public-check"]
small = train_forest(X_small, y_small)
assert hasattr(small, "predict"), f"return the fitted model, not {small!r}"
assert len(small.estimators_) == 100, f"a forest of 100 trees, please, not {len(small.estimators_)}"
print("The forest looks right.")

# %% [markdown]
# Now your functions are put to work: `fill` holds the medians of the training rows, `linear` and `forest` are the two
# models, fitted to the training rows. Nothing to do here but to run the three cells. (Stuck in Task 1? Then set
# `fill` to a dict with numbers of your own, so that you can go on.)

# %% tags=["raises-exception"]
fill = feature_medians(train)

# %% tags=["raises-exception"]
linear = train_linear(prepare(train, fill), train["rentals"])

# %% tags=["raises-exception"]
forest = train_forest(prepare(train, fill), train["rentals"])

# %% [markdown]
# ## Task 5: predict new hours
#
# Write the two `predict_…` functions. They get *raw* hours, gaps included: prepare these with `fill`, then ask `linear`
# or `forest`. A model only understands what looks like the rows it was fitted to.


# %%
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
with_gaps = held_out[held_out.isna().any(axis=1)].head(5)
assert np.shape(predict_linear(with_gaps[FEATURES])) == (5,), "five hours, five predictions"
print("linear says", np.round(predict_linear(with_gaps[FEATURES])), "and it was", with_gaps["rentals"].to_numpy())

# %% tags=["public-check"]
with_gaps = held_out[held_out.isna().any(axis=1)].head(5)
assert np.shape(predict_forest(with_gaps[FEATURES])) == (5,), "five hours, five predictions"
print("forest says", np.round(predict_forest(with_gaps[FEATURES])), "and it was", with_gaps["rentals"].to_numpy())

# %% [markdown]
# ## Task 6: how good are they really?
#
# The coefficient of determination compares a model's squared errors with those of the mean $\bar y$,
#
# $$R^2 = 1 - \frac{\sum_i (y_i - \hat y_i)^2}{\sum_i (y_i - \bar y)^2}$$
#
# (scikit-learn's user guide, section 3.4.6.1): 1 is perfect, 0 is as good as always saying the mean.
#
# Write `expected_r2(predict)`. It gets one of your three functions, which turns raw hours into predictions, and
# returns the $R^2$ that you *expect of it on new hours*. For both models the figure is graded by comparing it with
# the true $R^2$ on thousands of new hours. Which rows do you measure it on? `r2_score(y, predicted)` takes the truth
# first.


# %%
def expected_r2(predict):
    """Return the R² to be expected on new hours of predict, a function like predict_linear: a single number."""
    ### BEGIN SOLUTION expected_r2
    return r2_score(held_out["rentals"], predict(held_out))
    ### STARTER
    # raise NotImplementedError("Measure R² on rows that tell you something about new hours.")
    ### END SOLUTION


# %%
scores = {}

# %% tags=["raises-exception"]
scores["baseline"] = expected_r2(predict_baseline)

# %% tags=["raises-exception"]
scores["linear"] = expected_r2(predict_linear)

# %% tags=["raises-exception"]
scores["forest"] = expected_r2(predict_forest)

# %% tags=["public-check"]
assert set(scores) == {"baseline", "linear", "forest"}, f"not all could be measured: there is only {sorted(scores)}"
print({name: round(float(score), 3) for name, score in scores.items()})
assert min(scores.values()) > 0, "below 0 is worse than always saying the mean: does the truth come first in `r2_score`?"
assert max(scores.values()) <= 1, "no R² is above 1: is this R²?"
assert scores["forest"] > scores["linear"], "the forest should be ahead of the linear regression here"

# %% [markdown]
# Compare the three. Fitted to seven features, the linear regression stays *behind* a list of 24 numbers: without the
# baseline you might have called its score a fair start.
#
# ## Look at it
#
# Each point is a held-out hour; on the dashed line the prediction is right. Then the models' average day.

# %% tags=["raises-exception"]
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
# The linear regression gives the hour a single slope: each later hour adds the same amount, at 8 o'clock as at 22. In
# the right-hand plot its day therefore looks nothing like the true one. Which *new columns*, made from `hour` and
# `weekday` alone, would let a linear model draw two rush hours on working days? Try a few in a copy of `prepare`. How
# close to the forest do you get, and what can you read off the linear model then that the forest won't tell you?
