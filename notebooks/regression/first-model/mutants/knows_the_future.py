"""The counts of members and guests are used as features: brilliant on paper, but nobody knows them beforehand."""
# loses: {medians: 1, prepare: 2, linear: 2, forest: 2, estimate-linear: 1, estimate-forest: 1}

### BEGIN SOLUTION features
FEATURES = ["hour", "weekday", "month", "temperature", "humidity", "wind", "rain", "members", "guests"]
### END SOLUTION
