"""The output is compared with another batch than the one that went in."""
# loses: {training: 1, reconstruction: 4}

### BEGIN SOLUTION step
loss = F.mse_loss(decoder(encoder(x)), pictures[torch.randint(len(pictures), (32,))])
optimizer.zero_grad()
loss.backward()
optimizer.step()
### END SOLUTION
