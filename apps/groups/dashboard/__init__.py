"""What a lead sees of a group: pure modules on plain tuples; `reading` and the pages alone know the database."""
