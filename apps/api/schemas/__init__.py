"""What calls answer with. Each is made of rows by its `of`, which asks the other apps and decides nothing itself."""
