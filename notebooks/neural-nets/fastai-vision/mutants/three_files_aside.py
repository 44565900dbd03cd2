"""The first three files are set aside, however many there are."""
# loses: {loaders: 2}
### BEGIN SOLUTION block
block = DataBlock(
    blocks=(ImageBlock, CategoryBlock),
    get_items=get_image_files,
    get_y=species_of,
    splitter=IndexSplitter(range(3)),
    batch_tfms=augment,
)
### END SOLUTION
