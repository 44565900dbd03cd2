"""What every page may ask for."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

# Addresses begin with one of these.
PARTS = {
    **{name: name for name in ("tracks", "quizzes", "exercises", "concepts", "submissions", "groups")},
    "learning/reviews": "reviews",
    "learning/map": "tracks",
    "submissions/runners": "runners",
}


def site(request: HttpRequest) -> dict[str, Any]:
    """Facts about the site itself and where in it the page is; a template context processor."""
    return {"debug_site": settings.DEBUG, "unsandboxed": settings.SANDBOX == "none", "here": part_of_site(request.path)}


def part_of_site(path: str) -> str:
    """The entry of the site's navigation that the page at `path` belongs to; empty where there is none."""
    first, _, rest = path.strip("/").partition("/")
    return PARTS.get(f"{first}/{rest.partition('/')[0]}", PARTS.get(first, ""))
