"""Softmax runs over the pictures instead of the digits."""
# loses: {probabilities: 2}
### BEGIN SOLUTION probabilities
return torch.softmax(model(prepare(images)), dim=0)
### END SOLUTION
