"""The gradients of all steps pile up."""
# loses: {training: 2, accuracy: 3}
### BEGIN SOLUTION step
loss = loss_function(model(x[batch]), y[batch])
loss.backward()
optimizer.step()
### END SOLUTION
