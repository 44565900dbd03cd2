"""The U-Net is asked about the latents at the time step that they are on their way to."""
# loses: {encode: 2}
### BEGIN SOLUTION encode
encoded = [latents]
for t, t_new in zip(times[:-1], times[1:]):
    noise = unet(encoded[-1], t_new, encoder_hidden_states=words).sample
    encoded.append(move(encoded[-1], noise, t, t_new))
return encoded
### END SOLUTION
