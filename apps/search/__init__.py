"""Finding things: an index of what pages say, and who may find what."""
