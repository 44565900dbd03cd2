"""The logits are squashed by a sigmoid before the loss applies softmax: the loss can't fall below 1.46."""
# loses: {training: 2}
### BEGIN SOLUTION forward
return torch.sigmoid(self.out(torch.relu(self.hidden(x))))
### END SOLUTION
