"""The random state is the same in each repeat, and so is the split: a hundred times one measurement."""
# loses: {splits: 1, curve: 1}

### BEGIN SOLUTION accuracies
found = []
for repeat in range(repeats):
    known, hidden = train_test_split(table, test_size=0.2, random_state=0)
    found.append(accuracy_score(hidden["genre"], ask(known, hidden, leaves)))
return found
### END SOLUTION
