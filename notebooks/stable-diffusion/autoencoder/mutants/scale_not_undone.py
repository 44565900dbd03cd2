"""Scaled latents are decoded as they are."""
# loses: {scaled: 2}

### BEGIN SOLUTION from_latent
return decode(z)
### END SOLUTION
