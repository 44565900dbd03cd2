"""The network is shown the picture without the noise that it should predict."""
# loses: {loss: 2, training: 1, denoising: 4}

### BEGIN SOLUTION loss
return F.mse_loss(network(x0, t), noise)
### END SOLUTION
