"""The pictures of which the network is least sure, whatever label is written on them."""
# loses: {suspicious: 2}
### BEGIN SOLUTION suspicious
return np.argsort(np.asarray(probabilities(pictures)).max(axis=1))[:count]
### END SOLUTION
