"""The calls, by the noun that they are about."""
