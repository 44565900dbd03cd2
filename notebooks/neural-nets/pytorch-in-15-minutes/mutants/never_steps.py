"""The parameters are never changed: the optimiser does not step."""
# loses: {training: 2, accuracy: 3}
### BEGIN SOLUTION step
optimizer.zero_grad()
loss = loss_function(model(x[batch]), y[batch])
loss.backward()
### END SOLUTION
