"""Words on a hand-in: between its learner and whoever helps."""

from __future__ import annotations

import json

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from apps.accounts import audit
from apps.accounts.models import User
from apps.accounts.notifications import notify

from ..access import helpers_of, page_for
from ..models import Comment, Submission, SubmittedNotebook
from .publishing import commented
from .reviewing import ReviewRefused

COMMENT_LENGTH = 5000
TO_HELPER = gettext_noop("%(name)s wrote to you on hand-in %(number)s of %(exercise)s.")
TO_LEARNER = gettext_noop("%(name)s commented on your hand-in %(number)s of %(exercise)s.")


def comment(*, author: User, submission: Submission, text: str, cell: int | None = None, where: str = "") -> Comment:
    """Say something on a hand-in, or on the code cell of index `cell`; the other side is told.

    A learner's word goes to those who wrote before, else to all who help. Raises ReviewRefused.
    """
    text = text.strip()
    if not text:
        raise ReviewRefused("no-text")
    if len(text) > COMMENT_LENGTH:
        raise ReviewRefused("long-text", most=COMMENT_LENGTH)
    if cell is not None and not _is_code(submission, cell):
        raise ReviewRefused("no-cell")
    with transaction.atomic():
        made = Comment.objects.create(submission=submission, cell=cell, author=author, text=text)
        facts = {"name": author, "number": submission.number, "exercise": submission.exercise}
        if author.pk == submission.user_id:
            for helper in _listeners(submission):
                url = f"{page_for(helper, submission)}#comment-{made.pk}"
                notify([helper], kind="comment", naming=author, text=lambda: _(TO_HELPER) % facts, url=url)
        else:
            url = f"{submission.get_absolute_url()}#comment-{made.pk}"
            notify([submission.user], kind="comment", naming=author, text=lambda: _(TO_LEARNER) % facts, url=url)
            did = f"Commented on hand-in {submission.number} of {submission.exercise}"
            audit.record(actor=author, subject=submission.user, act="comment", what=did, where=where, url=url)
        commented(made)
    return made


def _listeners(submission: Submission) -> list[User]:
    """Those who wrote before and may still look; where nobody has, all who help."""
    helpers = set(helpers_of(submission))
    wrote = Comment.objects.filter(submission=submission).exclude(author=submission.user_id)
    before = User.objects.filter(pk__in=wrote.values("author"), is_active=True)
    listening = [user for user in before if user.pk in helpers or user.is_staff]
    return listening or list(User.objects.filter(pk__in=helpers, is_active=True))


def _is_code(submission: Submission, cell: int) -> bool:
    text = SubmittedNotebook.objects.values_list("text", flat=True).get(pk=submission.pk)
    cells = json.loads(text)["cells"]
    return 0 <= cell < len(cells) and cells[cell]["cell_type"] == "code"
