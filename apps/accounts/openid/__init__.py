"""OpenID Connect, more strictly than allauth has it: in place of its own app for that."""
