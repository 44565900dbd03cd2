"""Male is 0 and female is 1: the trees are as good, but the table is not what was asked for."""
# loses: {prepare: 1}

### BEGIN SOLUTION prepare
return table[["age", "gender"]].assign(gender=table["gender"].map({"female": 1, "male": 0}))
### END SOLUTION
