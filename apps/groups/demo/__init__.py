"""A study group with a past, for a first look at what leads see; made by `manage.py demo_group`."""
