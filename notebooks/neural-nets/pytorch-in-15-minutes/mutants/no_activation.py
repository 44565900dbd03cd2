"""Two linear layers and nothing in between: together they are one linear layer."""
# loses: {activation: 1}
### BEGIN SOLUTION forward
return self.out(self.hidden(x))
### END SOLUTION
