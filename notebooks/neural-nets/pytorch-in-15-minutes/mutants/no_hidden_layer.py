"""A single linear layer: there is nothing hidden, so it can only draw straight borders between the digits."""
# loses: {budget: 1, activation: 1}
### BEGIN SOLUTION layers
self.out = nn.Linear(64, 10)
### END SOLUTION
### BEGIN SOLUTION forward
return self.out(x)
### END SOLUTION
