"""The optimiser never makes a step."""
# loses: {training: 1, denoising: 4}

### BEGIN SOLUTION step
t, noise = torch.randint(STEPS, (len(x0),)), torch.randn_like(x0)
loss = denoising_loss(network, x0, t, noise)
optimizer.zero_grad()
loss.backward()
### END SOLUTION
