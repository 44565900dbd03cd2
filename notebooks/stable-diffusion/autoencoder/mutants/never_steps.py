"""The optimiser never makes a step."""
# loses: {training: 1, reconstruction: 4}

### BEGIN SOLUTION step
loss = F.mse_loss(decoder(encoder(x)), x)
optimizer.zero_grad()
loss.backward()
### END SOLUTION
