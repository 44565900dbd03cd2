"""Every prompt becomes the empty one: the tokens of the words are lost."""
# loses: {encode: 1, known: 2, pictures: 3, negative: 1}
### BEGIN SOLUTION encode
return text_encoder(tokenizer([""] * len(prompts)))
### END SOLUTION
