"""Softmax runs over the stones instead of the marks."""
# loses: {probabilities: 2}
### BEGIN SOLUTION probabilities
model.eval()
return torch.softmax(model(prepare(pictures)), dim=0)
### END SOLUTION
