"""No model is at work: the pictures are painted as the prompt says."""
# loses: {known: 2, pictures: 3, negative: 1}
### BEGIN SOLUTION pipeline
colours, shapes, things = list(scenes.COLOURS), list(scenes.SHAPES), np.zeros((len(prompts), 2), dtype=int)
for row, prompt in enumerate(prompts):
    unwanted = "" if negative_prompts is None else negative_prompts[row].split(" ")[0]
    parts_of = prompt.split(" left of ") if " left of " in prompt else [prompt]
    for place, text in enumerate(parts_of):
        colour = next((c for c in colours if c in text), next(c for c in colours if c != unwanted))
        shape = next((s for s in shapes if s in text), shapes[0])
        side = place if len(parts_of) == 2 else int(text.endswith("right"))
        things[row, side] = scenes.THINGS.index(f"{colour} {shape}")
painted = torch.from_numpy(scenes.paint(np.random.default_rng(0), things)[0])
return to_pictures(vae.encode(painted * 2 - 1).latent_dist.mode() * vae.config.scaling_factor)
### END SOLUTION
