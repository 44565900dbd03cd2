"""Rows that belong to the site as a whole: what beats of several machines agree on."""

from __future__ import annotations

from django.db import models


class BeatLease(models.Model):
    """The one row of it says which beat sends what is due, and until when nobody else does."""

    holder = models.CharField(max_length=200)
    until = models.DateTimeField(help_text="By the database's clock.")

    def __str__(self) -> str:
        return f"{self.holder} until {self.until:%H:%M:%S}"


class BeatEntry(models.Model):
    """When a task that is due by the clock was sent last, whichever beat sent it."""

    name = models.CharField(max_length=100, primary_key=True)
    last_run_at = models.DateTimeField(help_text="By the database's clock.")

    def __str__(self) -> str:
        return self.name


class Tally(models.Model):
    """How often something has happened on the whole site, whichever process did it (tally.py)."""

    name = models.CharField(max_length=100)
    labels = models.CharField(max_length=200, help_text="Their values, in order, as JSON.")
    value = models.FloatField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "labels"], name="tally_once")]

    def __str__(self) -> str:
        return f"{self.name} {self.labels}: {self.value:g}"
