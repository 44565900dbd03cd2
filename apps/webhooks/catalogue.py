"""Which events there are, and an example of each: the page for receivers is made of it, and the tests hold it true."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from apps.submissions.services.publishing import COMMENTED, FAULT, GRADED

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

VERSION = 1
DUE, PING = "assignment.due", "ping"

GROUP = {"slug": "thursday", "name": "Thursday group", "url": "https://study.example.org/groups/thursday/"}
LEARNER = {"id": 42, "name": "Bob"}
EXERCISE = {"slug": "linear-regression-from-scratch", "title": "Linear regression from scratch"}
HAND_IN = {
    "id": "0b8f6a52-6c0e-4a51-9b5e-3f1d0c5e7a10",
    "number": 3,
    "url": "https://study.example.org/groups/thursday/work/0b8f6a52-6c0e-4a51-9b5e-3f1d0c5e7a10/",
}
ABOUT = {"learner": LEARNER, "exercise": EXERCISE, "submission": HAND_IN}


@dataclass(frozen=True)
class Kind:
    """One kind of event: its name in the message, its wording, when it is sent, and the `data` of an example."""

    name: str
    label: StrPromise
    when: StrPromise
    example: dict[str, Any]


KINDS = {
    kind.name: kind
    for kind in (
        Kind(
            GRADED,
            _("A hand-in is graded"),
            _(
                "A member's hand-in has a score, or another one. "
                "`by` says whose: the grader's, a lead's, or a regrade's."
            ),
            {**ABOUT, "score": 8.5, "max_score": 10.0, "verdict": "partial", "by": "grader", "group": GROUP},
        ),
        Kind(
            COMMENTED,
            _("Somebody comments on a hand-in"),
            _(
                "Somebody wrote on a member's hand-in. The text is not sent: it is between the learner and the leads. "
                "`cell` is the index of the notebook's cell, or null for the whole."
            ),
            {**ABOUT, "comment": {"id": 7, "cell": 4, "author": {"id": 1, "name": "Alice"}}, "group": GROUP},
        ),
        Kind(
            DUE,
            _("Something on the plan is due"),
            _("A day before something on the group's plan is due, once. If its date is moved later, once more."),
            {
                "assignment": {
                    "id": 12,
                    "kind": "exercise",
                    "title": "Linear regression from scratch",
                    "due_at": "2026-12-03T18:00:00+00:00",
                    "optional": False,
                    "url": "https://study.example.org/exercises/linear-regression-from-scratch/",
                },
                "group": GROUP,
            },
        ),
        Kind(
            FAULT,
            _("A run ends by a fault of the site's"),
            _("A member's hand-in could not be run or graded, and that was our fault. It cost no attempt."),
            {**ABOUT, "reason": "The runner was lost while it ran.", "group": GROUP},
        ),
    )
}
PING_KIND = Kind(PING, _("A test"), _("A lead pressed “Send a test”."), {"group": GROUP})
LABELS = {name: kind.label for name, kind in {**KINDS, PING: PING_KIND}.items()}
