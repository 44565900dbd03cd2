"""The blocks always get the time 0."""
# loses: {time: 1}

### BEGIN SOLUTION forward
time = self.time(embed(torch.zeros_like(t)))
fine = self.down(x, time)
coarse = self.middle(F.avg_pool2d(fine, 2), time)
both = torch.cat([fine, F.interpolate(coarse, scale_factor=2)], dim=1)
return self.out(self.up(both, time))
### END SOLUTION
