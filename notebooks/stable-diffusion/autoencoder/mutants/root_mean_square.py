"""The spread around zero in place of that around the mean.

What that does to the latents depends on where their mean lies, so the two functions measure the spread by themselves here.
"""
# loses: {scale: 1}

### BEGIN SOLUTION scale
return 1 / latents.std(correction=0).square().add(latents.mean().square()).sqrt()
### END SOLUTION
### BEGIN SOLUTION to_latent
return encode(x) / encode(pictures).std()
### END SOLUTION
### BEGIN SOLUTION from_latent
return decode(z * encode(pictures).std())
### END SOLUTION
