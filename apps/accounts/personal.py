"""What of the site is somebody's: for every relation to a person, what an export says of it and what leaving does.

A new one that isn't named here fails tests/accounts/test_personal.py: whoever adds a table decides it then and there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from django.apps import apps
from django.conf import settings
from django.db.models import CASCADE, Field, ForeignKey, Model, OneToOneField


class Whose(Enum):
    """What a row is to the person whom it names."""

    OWN = "their own: exported, and deleted with the account"
    ACT = "something they did to what is somebody else's: listed in the export, and without a name afterwards"
    KEY = "what lets them in: not exported, and deleted with the account"


OWN, ACT, KEY = Whose.OWN, Whose.ACT, Whose.KEY
RELATIONS: dict[str, Whose] = {
    "account.EmailAddress.user": OWN,
    "accounts.AccessToken.user": OWN,
    "accounts.AuditEntry.actor": ACT,
    "accounts.AuditEntry.subject": OWN,
    "accounts.DataExport.user": KEY,
    "accounts.Mail.user": OWN,
    "accounts.Notification.named": ACT,
    "accounts.Notification.user": OWN,
    "accounts.Choice.user": OWN,
    "admin.LogEntry.user": OWN,
    "catalog.Completion.user": OWN,
    "catalog.Note.user": OWN,
    "catalog.Proposal.by": OWN,
    "catalog.Proposal.decided_by": ACT,
    "catalog.Rating.user": OWN,
    "groups.Digest.user": OWN,
    "groups.Extension.by": ACT,
    "groups.Extension.user": OWN,
    "groups.Group.created_by": ACT,
    "groups.Invitation.created_by": ACT,
    "groups.Membership.user": OWN,
    "groups.Pin.by": ACT,
    "groups.Pin.user": OWN,
    "lti_tool.LtiUser.auth_user": OWN,
    "mfa.Authenticator.user": KEY,
    "quizzes.Answer.user": OWN,
    "quizzes.Card.user": OWN,
    "quizzes.FittedParameters.user": OWN,
    "quizzes.PracticeGoal.user": OWN,
    "quizzes.QuizAttempt.user": OWN,
    "socialaccount.SocialAccount.user": OWN,
    "submissions.AttemptGrant.by": ACT,
    "submissions.AttemptGrant.user": OWN,
    "submissions.Comment.author": ACT,
    "submissions.LeaderboardEntry.user": OWN,
    "submissions.Override.by": ACT,
    "submissions.Override.withdrawn_by": ACT,
    "submissions.Regrade.by": ACT,
    "submissions.Regrade.decided_by": ACT,
    "submissions.Standing.user": OWN,
    "submissions.Submission.user": OWN,
    "submissions.Transition.actor": ACT,
    "usersessions.UserSession.user": KEY,
    "webhooks.Endpoint.created_by": ACT,
}
# What hangs on somebody's own rows and is shown to them too. Of a run: what its page says, not what it is graded by.
PARTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "submissions.Run": (
        "submission__user",
        ("id", "submission", "state", "verdict", "reason", "queued_at", "started_at", "finished_at", "score"),
    ),
    "submissions.CheckResult": ("run__submission__user", ("run", "title", "points", "max_points", "passed", "message")),
    "submissions.Comment": ("submission__user", ("submission", "text", "at")),
}
# Fields that are secret even from whom they concern: they would let somebody in, or give an answer away.
SECRET = {
    "accounts.AccessToken": {"digest"},
    "groups.Membership": {"feed_key"},
    "accounts.Mail": {"stop_url"},
    "quizzes.Answer": {"seed", "variant", "check_nonce", "checks"},
    "quizzes.QuizAttempt": {"seed"},
    "submissions.LeaderboardEntry": {"private"},
}


@dataclass(frozen=True)
class Portion:
    """A table's part in somebody's export: its rows are those where `lookup` is the person."""

    model: type[Model]
    lookup: str
    whose: Whose
    fields: tuple[str, ...] = field(default=())

    @property
    def name(self) -> str:
        """How its file is called."""
        tail = "" if self.whose is OWN else f"-{self.lookup}"
        return f"{self.model._meta.label_lower}{tail}".replace(".", "-")


def relations() -> Iterator[tuple[str, Field]]:
    """Every foreign key to a person that there is, with its name as in RELATIONS."""
    for model in apps.get_models():
        for one in model._meta.local_fields:
            if isinstance(one, ForeignKey | OneToOneField) and one.related_model is person():
                yield f"{model._meta.label}.{one.name}", one


def person() -> type[Model]:
    """The model of people."""
    return apps.get_model(settings.AUTH_USER_MODEL)


def portions() -> list[Portion]:
    """What an export holds, table by table. A relation that nobody decided on counts as their own."""
    found = []
    for name, one in relations():
        whose = RELATIONS.get(name, OWN)
        if whose is not KEY:
            found.append(Portion(one.model, one.name, whose, _fields(one.model, whose, one.name)))
    for label, (lookup, fields) in PARTS.items():
        found.append(Portion(apps.get_model(label), lookup, OWN, fields))
    return found


def goes(one: Field) -> bool:
    """Whether a row goes with the person whom this field names."""
    return bool(one.remote_field and one.remote_field.on_delete is CASCADE)


def _fields(model: type[Model], whose: Whose, lookup: str) -> tuple[str, ...]:
    """Of what is their own all that isn't secret; of an act that it was done and when: the rest is somebody else's."""
    secret = SECRET.get(model._meta.label, set())
    names = [one.name for one in model._meta.concrete_fields if one.name not in secret and one.name != lookup]
    if whose is OWN:
        return tuple(names)
    return tuple(name for name in names if name in {"id", "at", "created_at", "started_at", "act", "text", "reason"})
