"""Right, but pair by pair in Python: 9 million times the same three lines."""
# loses: {nearest: 2}
### BEGIN SOLUTION nearest
found = []
for a in A:
    best, best_row = np.inf, -1
    for row, b in enumerate(B):
        distance = np.sqrt(((a - b) ** 2).sum())
        if distance < best:
            best, best_row = distance, row
    found.append(best_row)
return np.array(found)
### END SOLUTION
