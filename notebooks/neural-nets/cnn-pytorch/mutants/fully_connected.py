"""No convolution at all: it learns the stones by heart, and takes no larger ones."""
# loses: {accuracy: 3, larger: 2}
### BEGIN SOLUTION layers
self.blocks = nn.Sequential(nn.Flatten(), nn.BatchNorm1d(576), nn.Linear(576, 13), nn.ReLU())
self.out = nn.Linear(13, 6)
### END SOLUTION
### BEGIN SOLUTION forward
return self.out(self.blocks(x))
### END SOLUTION
