"""What hand-ins propose to whoever helps, on the first page: a word that waits for theirs, a score to look at again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.db.models import F, OuterRef, Subquery, Value
from django.utils.translation import gettext as _

from apps.catalog.suggestions import Suggestion

from .access import page_for
from .models import Comment, Override, Submission

if TYPE_CHECKING:
    from uuid import UUID

    from apps.accounts.models import User

# A person waits for the one; the other may wait for its lead.
ANSWER, LOOK_AGAIN = 6, 12
# Whoever no longer helps somebody is not led to their hand-ins: so many of each are tried.
TRIED = 5


def suggestions(user: User) -> Iterator[Suggestion]:
    """One of each at most, who has waited longest first (one query, and a few more only where something waits)."""
    for rank, keys in _waiting(user).items():
        found = _first_readable(user, keys[:TRIED])
        if found is None:
            continue
        submission, page = found
        facts = {"name": submission.user, "number": submission.number}
        if rank == ANSWER:
            page, action = f"{page}#comments", _("Answer")
            reason = _("%(name)s wrote back on hand-in %(number)s, and has had no answer yet.")
        else:
            action = _("Look again")
            reason = _(
                "The grader says something else of hand-in %(number)s of %(name)s than when you gave it a score."
            )
        yield Suggestion(
            rank=rank,
            title=submission.exercise.title,
            reason=reason % facts,
            url=page,
            accent=submission.exercise.section.track.accent,
            action=action,
            icon="message-square",
        )


def _waiting(user: User) -> dict[int, list[UUID]]:
    """The keys of hand-ins by what they wait for: an answer to whoever wrote back to `user`, a look at their score."""
    said = Comment.objects.filter(submission=OuterRef("submission")).order_by("-at", "-pk")
    mine = Comment.objects.filter(author=user).exclude(submission__user=user).order_by()
    unanswered = mine.annotate(last=Subquery(said.values("author")[:1]), since=Subquery(said.values("at")[:1]))
    unanswered = unanswered.filter(last=F("submission__user")).annotate(rank=Value(ANSWER))
    asked = Override.objects.filter(by=user, withdrawn_at__isnull=True, second_look=True).order_by()
    asked = asked.annotate(since=F("at"), rank=Value(LOOK_AGAIN))
    columns = ("rank", "since", "submission_id")
    found: dict[int, list[UUID]] = {}
    for rank, _since, key in unanswered.values_list(*columns).union(asked.values_list(*columns)).order_by("since"):
        found.setdefault(rank, []).append(key)
    return found


def _first_readable(user: User, keys: list[UUID]) -> tuple[Submission, str] | None:
    found = Submission.objects.select_related("user", "exercise__section__track").in_bulk(keys)
    pages = ((found[key], page_for(user, found[key])) for key in keys if key in found)
    return next(((submission, page) for submission, page in pages if page), None)
