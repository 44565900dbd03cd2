# %% [markdown]
# # Wrangling with pandas: a summer of ice cream
#
# Before a model comes a table, and tables seldom come clean. Here are two: what the ice cream stands of a city sold in
# two months, and where the stands are. (Both are made up.) Prices are missing, some stands are entered twice, others
# not at all. You find the gaps and close them, compute new columns, join the two tables, and answer questions about
# groups of rows.
#
# You need Python's functions and dicts; what you need of pandas is shown by examples, and its user guide at
# [pandas.pydata.org](https://pandas.pydata.org/docs/user_guide/index.html) has the rest. What counts in the end is what
# your functions do with *other* tables of the same form, so no function may rely on the names and numbers in this one.
# Each function is graded by itself, on tables that fit it, even if an earlier one is still open. The cells that check
# or plot may fail without ending the run; a cell of your own that fails ends it. Fill in what is missing, run the cells
# from the top, and hand in the saved notebook.
#
# | column of `sales` | meaning |
# |---|---|
# | `sale` | the number of the sale, a different one in each row |
# | `day` | the date as a text, such as `2024-05-17` |
# | `stand`, `product` | where, and what was sold |
# | `pieces`, `price` | how many, and at how many euros for a piece |
#
# `stands` says for each `stand` in which `district` it is.

# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

sales = pd.read_csv("data/sales.csv")
stands = pd.read_csv("data/stands.csv")
print(stands.sort_values("stand").to_string(index=False))
sales.head(8)

# %% [markdown]
# One rule for all tasks: a function returns a *new* table and leaves the one it was given as it is. Nearly all methods
# of pandas work that way by themselves: `frame.dropna()` does not change `frame`. What does change it is an assignment
# such as `frame["a"] = 0`; use `frame.assign(a=0)`, or begin with `frame = frame.copy()`.
#
# ## Task 1: where are the gaps?
#
# Write `missing(table)`: a dict that has for *each* column of the table the number of its missing values, as a plain
# number.
#
# *A worked example:* `frame > 3` compares each cell and gives a table of truth values, `frame.isna()` another one: is the
# cell empty? The sum of truth values counts those that are true: `(frame > 3).sum()` is a Series with one number per
# column, and `.to_dict()` makes a dict of a Series.


# %%
def missing(table):
    """Return a dict: for each column of the table the number of missing values."""
    ### BEGIN SOLUTION missing
    return table.isna().sum().to_dict()
    ### STARTER
    # raise NotImplementedError("Count the missing values of each column.")
    ### END SOLUTION


# %% tags=["public-check"]
found = missing(pd.DataFrame({"a": [1.0, np.nan, np.nan], "b": ["x", "y", "z"]}))
assert isinstance(found, dict), f"a dict, please, not a {type(found).__name__}: `.to_dict()` makes one of a Series"
assert found == {"a": 2, "b": 0}, f"column a lacks two values and b none: {{'a': 2, 'b': 0}}, not {found}"
print("Task 1 looks right:", missing(sales))

# %% [markdown]
# ## Task 2: close them
#
# Two kinds of gaps, two remedies. If the number of *pieces* is missing, the till was off, and nothing can be said
# about the sale: drop the row. If only the *price* is missing, fill it with something likely: the median of the known
# prices **of the same product**. (The median of all prices would sell water at the price of a sundae.)
#
# Write `clean(sales)`, which does both. All columns stay, and prices that are known stay as they are.
#
# *A worked example:* `frame[frame["a"] > 3]` keeps the rows where the condition holds, and `frame["a"].notna()` is a
# condition. `frame.groupby("colour")["size"].max()` is the largest size of each colour: one number per *group*.
# `frame.groupby("colour")["size"].transform("max")` is a column as long as the table: in each *row* the largest size of
# its colour. And `a.fillna(b)` takes the values of the column `b` where those of `a` are missing.


# %%
def clean(sales):
    """Return the sales whose pieces are known; a missing price is the median of the known prices of its product."""
    ### BEGIN SOLUTION clean
    known = sales[sales["pieces"].notna()]
    usual = known.groupby("product")["price"].transform("median")
    return known.assign(price=known["price"].fillna(usual))
    ### STARTER
    # raise NotImplementedError("Drop rows without pieces, then fill the prices.")
    ### END SOLUTION


# %% tags=["public-check"]
example = pd.DataFrame(
    {
        "sale": [1, 2, 3, 4, 5, 6],
        "product": ["cup", "cup", "cup", "cone", "cone", "cup"],
        "pieces": [1.0, 2.0, 3.0, 1.0, np.nan, 4.0],
        "price": [2.0, np.nan, 3.0, 1.5, np.nan, 2.2],
    }
)
before = example.copy()
found = clean(example)
assert example.equals(before), "leave the table that is handed in as it is"
assert found["sale"].tolist() == [1, 2, 3, 4, 6], f"only sale 5 lacks its pieces; you keep {found['sale'].tolist()}"
assert not found["price"].isna().any(), "there are still prices missing"
assert found["price"].tolist()[1] == 2.2, f"the known prices of a cup are 2, 2.2 and 3: the median is 2.2, not {found['price'].tolist()[1]}"
assert found["price"].tolist()[3] == 1.5, "prices that are known stay as they are"
print("Task 2 looks right:", missing(clean(sales)))

# %% [markdown]
# ## Task 3: new columns
#
# Write `with_columns(sales)`: it returns the table with two more columns,
#
# - `revenue`: pieces times price, and
# - `weekend`: true if the day is a Saturday or a Sunday.
#
# The column `day` itself stays the text that it is.
#
# *A worked example:* whole columns are added and compared at once: `frame.assign(total=frame["a"] + frame["b"])`. With
# `when = pd.to_datetime(frame["date"])` the texts become dates, and these know a lot about themselves: `when.dt.month` is
# 1 to 12, `when.dt.day_of_week` 0 for Monday to 6 for Sunday.


# %%
def with_columns(sales):
    """Return the sales with the new columns revenue (pieces times price) and weekend (true or false)."""
    ### BEGIN SOLUTION with_columns
    weekday = pd.to_datetime(sales["day"]).dt.day_of_week
    return sales.assign(revenue=sales["pieces"] * sales["price"], weekend=weekday >= 5)
    ### STARTER
    # raise NotImplementedError("Add the two columns.")
    ### END SOLUTION


# %% tags=["public-check"]
example = pd.DataFrame({"sale": [1, 2, 3], "day": ["2024-05-03", "2024-05-04", "2024-05-05"], "pieces": [2, 3, 1], "price": [1.5, 2.0, 6.0]})
found = with_columns(example)
assert {"sale", "day", "pieces", "price", "revenue", "weekend"} <= set(found.columns), f"old and new columns, please; you have {list(found.columns)}"
assert found["revenue"].tolist() == [3, 6, 6], f"2 pieces at 1.50 are 3 euros, and so on; you have {found['revenue'].tolist()}"
assert [bool(day) for day in found["weekend"]] == [False, True, True], "3 May 2024 was a Friday: false, true, true"
assert found["day"].tolist() == ["2024-05-03", "2024-05-04", "2024-05-05"], "the column `day` stays the text that it is"
assert "revenue" not in example, "leave the table that is handed in as it is"
print("Task 3 looks right.")

# %% [markdown]
# ## Task 4: join the tables
#
# Write `with_district(sales, stands)`: it returns the sales with one more column, the `district` of their stand.
# **Each sale must be in the result exactly once.** Two things can go wrong:
#
# - A sale whose stand is not in `stands` would be lost by a join that keeps matches only. Keep it; its district is the
#   text `"unknown"`.
# - A stand that is entered twice in `stands` matches each of its sales twice, and so doubles them.
#
# *A worked example:* `people.merge(cities, on="city", how="inner")` puts beside each row of `people` the matching row of
# `cities`, and leaves out people without one; with `how="left"` they stay, and have missing values in the new columns.
# `frame.drop_duplicates()` keeps one of several equal rows, and `frame.fillna({"country": "nowhere"})` fills the gaps of
# one column.


# %%
def with_district(sales, stands):
    """Return the sales, each of them once, with the district of their stand, or "unknown"."""
    ### BEGIN SOLUTION with_district
    return sales.merge(stands.drop_duplicates(), on="stand", how="left").fillna({"district": "unknown"})
    ### STARTER
    # raise NotImplementedError("Join the two tables.")
    ### END SOLUTION


# %% tags=["public-check"]
example = pd.DataFrame({"sale": [1, 2, 3, 4], "stand": ["Zoo", "Pier", "Zoo", "Alley"]})
list_of_stands = pd.DataFrame({"stand": ["Pier", "Zoo", "Zoo", "Tower"], "district": ["South", "East", "East", "East"]})
found = with_district(example, list_of_stands)
assert sorted(found["sale"]) == [1, 2, 3, 4], f"each sale exactly once, please; you have {sorted(found['sale'])}"
districts = dict(zip(found["sale"], found["district"]))
assert districts == {1: "East", 2: "South", 3: "East", 4: "unknown"}, f"the Zoo is in the East, the Alley not in the list; you have {districts}"
print("Task 4 looks right.")

# %% [markdown]
# ## Task 5: split, apply, combine
#
# Which district earns most? The pattern behind such questions is *split, apply, combine* (Wickham 2011, "The
# Split-Apply-Combine Strategy for Data Analysis", *Journal of Statistical Software* 40(1); pandas' user guide, "Group
# by"): split the rows into groups, apply a computation to each group, and combine the results into a table.
#
# Write `summary(sales)` for a table with the columns `district`, `pieces` and `revenue` (and perhaps others). It returns
# a table with **one row per district** and four columns:
#
# - `district`,
# - `sales`: how many rows the district has,
# - `revenue`: their revenue in all,
# - `largest`: the most pieces in one sale,
#
# with the district that earns most in the first row, and so on downwards.
#
# *A worked example:* `frame.groupby("colour", as_index=False).agg(n=("size", "size"), mean=("size", "mean"))` has one row
# per colour and the columns `colour`, `n` and `mean`; the second `"size"` counts rows. Other words are `"sum"`, `"min"`,
# `"max"` and `"median"`. Without `as_index=False` the colours would become the labels of the rows and be no column any
# more. `frame.sort_values("a")` puts the smallest `a` first.


# %%
def summary(sales):
    """Return one row per district with district, sales, revenue and largest; the highest revenue comes first."""
    ### BEGIN SOLUTION summary
    groups = sales.groupby("district", as_index=False)
    found = groups.agg(sales=("revenue", "size"), revenue=("revenue", "sum"), largest=("pieces", "max"))
    return found.sort_values("revenue", ascending=False)
    ### STARTER
    # raise NotImplementedError("Group by district, aggregate, sort.")
    ### END SOLUTION


# %% tags=["public-check"]
example = pd.DataFrame(
    {"district": ["A", "B", "A", "B", "C"], "pieces": [1, 5, 2, 1, 4], "revenue": [2.0, 10.0, 3.0, 1.0, 7.0]}
)
found = summary(example)
assert "district" in found.columns, "`district` should be a column, not the labels of the rows: `as_index=False`"
assert {"sales", "revenue", "largest"} <= set(found.columns), f"the columns sales, revenue and largest; you have {list(found.columns)}"
assert len(found) == 3, f"three districts, three rows; you have {len(found)}"
assert found["district"].tolist() == ["B", "C", "A"], f"B earns 11, C 7 and A 5: B, C, A; you have {found['district'].tolist()}"
assert found["revenue"].tolist() == [11, 7, 5], f"in all B earns 11, C 7 and A 5; you have {found['revenue'].tolist()}"
assert found["sales"].tolist() == [2, 1, 2] and found["largest"].tolist() == [5, 4, 2], "how many sales, and the most pieces in one"
print("Task 5 looks right.")

# %% [markdown]
# ## Task 6: every row beside its group
#
# Write `share(sales)`: for **each row** its revenue as a share of the revenue of its district, so that the shares of a
# district sum to 1. Return a Series (or an array) with one number per row, in the order of the rows. Such columns make
# good features: 50 euros mean little until one knows what is usual there. You have met the method that gives each row
# a figure of its group in Task 2.


# %%
def share(sales):
    """Return for each row its revenue divided by the revenue of its district in all, shape (rows,)."""
    ### BEGIN SOLUTION share
    return sales["revenue"] / sales.groupby("district")["revenue"].transform("sum")
    ### STARTER
    # raise NotImplementedError("Divide each row's revenue by that of its district.")
    ### END SOLUTION


# %% tags=["public-check"]
found = np.asarray(share(example))
assert found.shape == (5,), f"five rows, five shares: expected the shape (5,), not {found.shape}"
assert np.allclose(found, [0.4, 10 / 11, 0.6, 1 / 11, 1]), f"A earns 5 in all, so its rows have the shares 0.4 and 0.6; you have {found.round(3)}"
print("Task 6 looks right.")

# %% [markdown]
# ## Look at it
#
# All steps one after the other, and what comes of them: revenue by district, and by day of the week.

# %% tags=["raises-exception"]
complete = with_district(with_columns(clean(sales)), stands)
print(summary(complete).to_string(index=False))
print("the sale with the largest share of its district:", complete.loc[share(complete).idxmax(), ["stand", "product", "pieces"]].to_dict())
by_day = complete.assign(weekday=pd.to_datetime(complete["day"]).dt.day_of_week)
by_day = by_day.pivot_table(index="weekday", columns="district", values="revenue", aggfunc="sum")
figure, (left, right) = plt.subplots(1, 2, figsize=(11, 3.5))
left.barh(summary(complete)["district"][::-1], summary(complete)["revenue"][::-1])
left.set(xlabel="revenue in euros")
for district in by_day:
    right.plot(by_day.index, by_day[district], marker="o", label=district)
right.set(xlabel="day of the week", ylabel="revenue in euros", xticks=range(7), ylim=(0, None))
right.set_xticklabels(["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"])
right.legend()
figure.tight_layout()

# %% [markdown]
# ## To think about
#
# You filled missing prices with the median of *all* sales of the product, also of those that came later. For a summary
# of the past that is harmless. Suppose now that the table is to train a model that predicts tomorrow's revenue, and that
# you hold out the last two weeks to test it. What would be wrong with cleaning first and splitting afterwards? And the
# column `share`: could such a model use it as a feature at all?
