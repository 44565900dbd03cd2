"""`make audit` and `make screenshots`: the site as a visitor's browser sees it."""
