"""Channels without counting: the last layer alone has 18,496 parameters."""
# loses: {budget: 1}
### BEGIN SOLUTION layers
self.blocks = nn.Sequential(
    *(nn.Conv2d(1, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2)),
    *(nn.Conv2d(8, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2)),
    *(nn.Conv2d(32, 64, 3, padding=1), nn.BatchNorm2d(64), nn.ReLU()),
)
self.out = nn.Linear(64, 6)
### END SOLUTION
