"""What is found."""

from __future__ import annotations

from typing import Self
from urllib.parse import urljoin

from django.conf import settings
from ninja import Schema
from pydantic import Field

from apps.search.finding import Hit

from .common import Piece


class HitOut(Schema):
    """One thing that was found."""

    kind: str = Field(description="concept, resource, exercise, quiz, question, track or group.")
    title: str
    text: str = Field(description="What it says of itself.")
    track: str | None = Field(description="The slug of its track.")
    url: str = Field(description="Its page; of a question, its quiz's.")

    @classmethod
    def of(cls, hit: Hit) -> Self:
        """From what the search found."""
        one = hit.document
        return cls(
            kind=one.kind,
            title=one.title,
            text=one.text,
            track=one.track or None,
            url=urljoin(settings.SITE_URL, one.url),
        )


class FoundOut(Piece[HitOut]):
    """A piece of what was found."""

    total: int = Field(description="Of four hundred at most.")
    instead: str | None = Field(description="The words as they were probably meant; null: as they were typed.")
