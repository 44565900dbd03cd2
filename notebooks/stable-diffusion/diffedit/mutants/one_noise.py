"""Only the first noise is looked at."""
# loses: {map: 2}
### BEGIN SOLUTION differences
noisy = scheduler.add_noise(latents, noises[0], torch.tensor(t))
wanted = unet(noisy, t, encoder_hidden_states=words_after).sample
present = unet(noisy, t, encoder_hidden_states=words_before).sample
return (wanted - present).abs().mean(dim=1)
### END SOLUTION
