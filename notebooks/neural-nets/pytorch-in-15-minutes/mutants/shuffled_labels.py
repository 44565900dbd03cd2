"""Rows and labels are shuffled apart, so that the network learns noise."""
# loses: {training: 2, accuracy: 3}
### BEGIN SOLUTION step
optimizer.zero_grad()
loss = loss_function(model(x[batch]), y[torch.randperm(len(y))[: len(batch)]])
loss.backward()
optimizer.step()
### END SOLUTION
