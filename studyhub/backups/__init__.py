"""Backups: the database and the files that its rows speak of, in one place, whole or not there at all."""
