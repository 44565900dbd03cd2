"""The network is trained to say the clean picture, where the noise was asked for."""
# loses: {loss: 2, denoising: 4}

### BEGIN SOLUTION loss
return F.mse_loss(network(add_noise(x0, t, noise), t), x0)
### END SOLUTION
