"""Sorted the wrong way round: the labels of which the network is most convinced."""
# loses: {suspicious: 2}
### BEGIN SOLUTION suspicious
rows = np.arange(len(names))
given = np.asarray(probabilities(pictures))[rows, [SPECIES.index(name) for name in names]]
return np.argsort(-given)[:count]
### END SOLUTION
