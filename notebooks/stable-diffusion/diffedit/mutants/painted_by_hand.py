"""No model is at work: the old thing is painted over, and the wanted one painted in its place."""
# loses: {place: 1, kept: 1, new: 2}
### BEGIN SOLUTION edit
rows, columns = torch.meshgrid(torch.arange(32) + 0.5, torch.arange(32) + 0.5, indexing="ij")
painted, masks = pictures.clone(), torch.zeros(len(pictures), 8, 8)
for picture, mask, old, new in zip(painted, masks, before, after):
    side = int(old.split(" left of ")[0] == new.split(" left of ")[0])
    colour, shape = new.split(" left of ")[side].split()
    thing = (picture.amax(dim=0) - picture.amin(dim=0) > 0.2) & ((columns >= 16) == side)
    x, y = (at - (at[thing].min() + at[thing].max()) / 2 for at in (columns, rows))
    distance = {
        "circle": (x**2 + y**2).sqrt() - 5.8,
        "square": torch.maximum(x.abs(), y.abs()) - 5.1,
        "triangle": torch.maximum(0.894 * x.abs() - 0.447 * y - 2.75, y - 5.5),
    }[shape]
    cover = (0.5 - distance).clamp(0, 1) * ((columns >= 16) == side)
    grown = torch.nn.functional.max_pool2d(thing[None].float(), 3, stride=1, padding=1)[0]
    background = picture[:, :, [0, 15, 16, 31]].median(dim=2, keepdim=True).values
    picture[:] = grown * background + (1 - grown) * picture
    picture[:] = cover * torch.tensor(scenes.COLOURS[colour])[:, None, None] + (1 - cover) * picture
    mask[:] = (torch.nn.functional.avg_pool2d(torch.maximum(cover, grown)[None], 4)[0] > 0.1).float()
return to_pictures(to_latents(painted)), masks
### END SOLUTION
