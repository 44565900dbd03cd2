"""The share of sleepers is taken over everybody in the group: those of whom it isn't known count as awake."""
# loses: {groups: 1}

### BEGIN SOLUTION group_features
group = passengers["passenger"].str[:4]
share = passengers["asleep"].fillna(0).groupby(group).transform("mean")
return pd.DataFrame({"size": group.map(group.value_counts()), "asleep_share": share})
### END SOLUTION
