"""What a link of a platform may open: a track, a quiz or an exercise, named `kind:slug`."""

from __future__ import annotations

from typing import Any

from apps.catalog.models import Track
from apps.exercises.models import Exercise
from apps.quizzes.models import Quiz

PARAMETER = "studyhub"  # the custom parameter of a link that says what it opens
GRADED = ("quiz", "exercise")


def find(opens: str) -> Any:
    """The track, quiz or exercise; None for a name that says nothing here now."""
    kind, _, slug = opens.partition(":")
    match kind:
        case "track":
            return Track.objects.current().filter(slug=slug).first()
        case "quiz":
            return Quiz.objects.on_offer().filter(slug=slug).first()
        case "exercise":
            return Exercise.objects.on_offer().filter(slug=slug).first()
    return None


def is_graded(opens: str) -> bool:
    """Whether one has a score for it."""
    return opens.partition(":")[0] in GRADED


def shelves(search: str = "") -> list[dict[str, Any]]:
    """Tracks, each with the quizzes and exercises in which all words of `search` are found (five queries)."""
    words = search.lower().split()

    def fits(*texts: str) -> bool:
        said = " ".join(texts).lower()
        return all(word in said for word in words)

    found = []
    for track in Track.objects.with_contents():
        items = [
            {"key": f"{kind}:{item.slug}", "kind": kind, "item": item, "section": section}
            for section in track.sections.all()
            for kind, items in (("quiz", section.quizzes.all()), ("exercise", section.exercises.all()))
            for item in items
            if fits(item.title, section.title, track.title)
        ]
        if items or fits(track.title):
            found.append({"track": track, "key": f"track:{track.slug}", "items": items})
    return found
