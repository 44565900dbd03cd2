"""The gradients are computed and never used."""
# loses: {training: 2, accuracy: 3, larger: 2}
### BEGIN SOLUTION epoch
model.train()
for batch in torch.randperm(len(x)).split(64):
    optimizer.zero_grad()
    loss = loss_function(model(x[batch]), y[batch])
    loss.backward()
    total += loss.item() * len(batch)
### END SOLUTION
