"""Passengers are counted by cabin, though part of a group may live next door."""
# loses: {groups: 1}

### BEGIN SOLUTION group_features
group = passengers["passenger"].str[:4]
share = passengers.groupby(group)["asleep"].transform("mean")
return pd.DataFrame({"size": passengers["cabin"].map(passengers["cabin"].value_counts()), "asleep_share": share})
### END SOLUTION
