"""Four channels in place of two: twice as many numbers as allowed."""
# loses: {bottleneck: 2, reconstruction: 4}

### BEGIN SOLUTION encoder
return nn.Sequential(
    nn.Conv2d(1, 16, 3, stride=2, padding=1),
    nn.SiLU(),
    nn.Conv2d(16, 32, 3, stride=2, padding=1),
    nn.SiLU(),
    nn.Conv2d(32, 4, 3, padding=1),
)
### END SOLUTION
### BEGIN SOLUTION decoder
return nn.Sequential(
    nn.Conv2d(4, 32, 3, padding=1),
    nn.SiLU(),
    nn.Upsample(scale_factor=2),
    nn.Conv2d(32, 16, 3, padding=1),
    nn.SiLU(),
    nn.Upsample(scale_factor=2),
    nn.Conv2d(16, 1, 3, padding=1),
)
### END SOLUTION
