"""Frequencies that grow in equal steps, so that no wave is long."""
# loses: {embedding: 2}

### BEGIN SOLUTION embed
half = size // 2
angles = t[:, None] * (torch.arange(half) + 1) / half
return torch.cat([angles.sin(), angles.cos()], dim=1)
### END SOLUTION
