"""Values are taken in the order in which they are met from the result on: some hand on before all has arrived."""
# loses: {reuse: 2, doublings: 1}

### BEGIN SOLUTION ordered
values = [result]
for value in values:
    for source, _ in value.sources:
        if source not in values:
            values.append(source)
return values[::-1]
### END SOLUTION
