"""Rows are set aside, but the tree is grown on the whole table all the same."""
# loses: {held-out: 2, curve: 1}

### BEGIN SOLUTION accuracies
found = []
for repeat in range(repeats):
    known, hidden = train_test_split(table, test_size=0.2, random_state=repeat)
    found.append(accuracy_score(hidden["genre"], ask(table, hidden, leaves)))
return found
### END SOLUTION
