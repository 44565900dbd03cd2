"""What several answers share."""

from __future__ import annotations

from typing import Annotated, Any, Generic, Self, TypeVar
from urllib.parse import urljoin

from django.conf import settings
from ninja import Query, Schema
from pydantic import Field

from apps.catalog.progress import Progress

from ..paging import LIMIT, MOST

Item = TypeVar("Item")

Cursor = Annotated[str, Query("", max_length=600, description="`next` of the piece before.")]
Limit = Annotated[int, Query(LIMIT, ge=1, le=MOST, description="How many at most.")]
# Slugs of the curriculum and of groups, in an address.
SLUG = r"^[-a-zA-Z0-9_]{1,80}$"


class Piece(Schema, Generic[Item]):
    """A piece of a list."""

    items: list[Item]
    next: str | None = Field(description="The cursor of the following piece; null: there is none.")


class Counted(Schema):
    """How far somebody is."""

    done: int
    total: int = Field(description="Leaves out what is optional and not done.")

    @classmethod
    def of(cls, progress: Progress) -> Self:
        """From the catalogue's own account."""
        return cls(done=progress.done, total=progress.total)


def page(found: Any) -> str:
    """The address of a row's page on the site."""
    return urljoin(settings.SITE_URL, found.get_absolute_url())
