"""The decoder ends in a sigmoid, as for pixels from 0 to 1, where pixels go from −1 to 1."""
# loses: {training: 1, reconstruction: 4}

### BEGIN SOLUTION decoder
return nn.Sequential(
    nn.Conv2d(2, 32, 3, padding=1),
    nn.SiLU(),
    nn.Upsample(scale_factor=2),
    nn.Conv2d(32, 16, 3, padding=1),
    nn.SiLU(),
    nn.Upsample(scale_factor=2),
    nn.Conv2d(16, 1, 3, padding=1),
    nn.Sigmoid(),
)
### END SOLUTION
