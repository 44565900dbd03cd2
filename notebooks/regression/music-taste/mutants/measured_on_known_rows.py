"""The accuracy is measured on the rows that the tree was grown on."""
# loses: {held-out: 2, curve: 1}

### BEGIN SOLUTION accuracies
found = []
for repeat in range(repeats):
    known, hidden = train_test_split(table, test_size=0.2, random_state=repeat)
    found.append(accuracy_score(known["genre"], ask(known, known, leaves)))
return found
### END SOLUTION
