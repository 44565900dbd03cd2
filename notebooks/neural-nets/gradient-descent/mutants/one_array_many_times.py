"""The same array is kept again and again and changed in place: the whole path is where it ends."""
# loses: {descend: 2}

### BEGIN SOLUTION descend
w = start.copy()
path = [w]
for _ in range(steps):
    w -= learning_rate * gradient(f, w)
    path.append(w)
return np.array(path)
### END SOLUTION
