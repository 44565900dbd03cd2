"""From the database to the plain tuples of states.Facts: eight queries, whatever the size of the group.

Only the group's own assignments are read, and only learners who are in it now. Times come as seconds since 1970: to
make datetimes of a hundred thousand values takes longer than everything else that the dashboard does.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Count,
    F,
    Func,
    IntegerField,
    Max,
    Min,
    OuterRef,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce

from apps.accounts.models import User
from apps.catalog.models import Completion
from apps.quizzes.models import Card, QuizAttempt
from apps.submissions.constants import FINAL_STATES
from apps.submissions.models import AttemptGrant, Override, Standing, Submission

from ..models import Assignment, Extension, Group, Meeting, Membership, Role
from .states import EXERCISE, QUIZ, RESOURCE, Column, Facts, Member


class Seconds(Func):
    """A time as whole seconds since 1970."""

    output_field = IntegerField()

    @property
    def convert_value(self) -> Any:
        """Both databases hand out an integer already: to convert each of them again takes as long as to read them."""
        return self._convert_value_noop

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Called by Django."""
        return self.as_sql(
            compiler, connection, template="CAST(strftime('%%%%s', %(expressions)s) AS INTEGER)", **context
        )

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Called by Django."""
        return self.as_sql(compiler, connection, template="EXTRACT(EPOCH FROM %(expressions)s)::bigint", **context)


def learners(group: Group, member: int | None = None) -> Any:
    """The memberships that have a row: who leads is not watched. With `member`, theirs alone, also a lead's."""
    current = Membership.objects.current().filter(group=group)
    return current.filter(user=member) if member else current.filter(role=Role.MEMBER)


def read(group: Group, now: datetime, *, assignment: int | None = None, member: int | None = None) -> Facts:
    """Everything that the dashboard knows; with `assignment` or `member`, of that one alone."""
    columns, last_met = read_columns(group, now, assignment)
    people = learners(group, member).values("user")
    exercises = [column.item for column in columns if column.kind == EXERCISE]
    mine: dict[str, Any] = {"user__in": people, "exercise__in": exercises}
    theirs = {f"submission__{name}": value for name, value in mine.items()}
    second_looks, granted = {}, {}
    looks = Override.objects.filter(**theirs, second_look=True, withdrawn_at__isnull=True)
    grants = AttemptGrant.objects.filter(**mine).values("user", "exercise").annotate(n=Sum("attempts"))
    both = (
        looks.order_by()
        .values_list("submission__user", "submission__exercise", Value(0), Cast("submission", CharField()))
        .union(grants.values_list("user", "exercise", "n", Value("")), all=True)
    )
    for user, exercise, attempts, submission in both:
        if submission:
            second_looks[user, exercise] = submission
        else:
            granted[user, exercise] = attempts
    handed_in = {}
    if last_met is not None:
        since = Submission.objects.filter(**mine, created_at__gt=datetime.fromtimestamp(last_met, now.tzinfo))
        counted = since.order_by().values_list("user", "exercise").annotate(n=Count("pk"))
        handed_in = {(user, exercise): n for user, exercise, n in counted}
    attempts = QuizAttempt.objects.filter(
        user__in=people, quiz__in=[column.item for column in columns if column.kind == QUIZ]
    )
    completions = Completion.objects.filter(
        user__in=people, resource__in=[column.item for column in columns if column.kind == RESOURCE]
    )
    extensions = Extension.objects.filter(assignment__group=group, user__in=people)
    return Facts(
        members=read_members(group, now, member),
        columns=columns,
        hands=list(
            Standing.objects.filter(**mine).values_list(
                "user_id",
                "exercise_id",
                "best_share",
                Seconds("passed_at"),
                # As text, which Django does not convert; empty is false.
                Case(When(latest_state__in=FINAL_STATES, then=Value("")), default=Value("1"), output_field=CharField()),
                Seconds("latest_at"),
                Cast("latest_id", CharField()),
                "attempts",
                "failing_check",
                "failing_title",
                "failing_streak",
            )
        ),
        taken=list(
            attempts.order_by()
            .values_list("user_id", "quiz_id")
            .annotate(begun=Seconds(Max("started_at")), ended=Seconds(Min("ended_at")))
        ),
        completed=list(completions.values_list("user_id", "resource_id", Seconds("done_at"))),
        extended={
            (user, assignment): until
            for user, assignment, until in extensions.values_list("user_id", "assignment_id", Seconds("due_at"))
        },
        second_looks=second_looks,
        granted=granted,
        handed_in=handed_in,
        last_met=last_met,
    )


def read_columns(group: Group, now: datetime, assignment: int | None = None) -> tuple[list[Column], int | None]:
    """What is assigned, in the order of the meetings, and when the group met last (one query)."""
    met = Meeting.objects.filter(group=group, starts_at__lt=now).order_by("-starts_at").values("starts_at")
    wanted = Assignment.objects.filter(group=group)
    found = (
        (wanted.filter(pk=assignment) if assignment else wanted)
        .order_by(F("meeting__starts_at").asc(nulls_last=True), "meeting", "position", "id")
        .values_list(
            "resource_id",
            "quiz_id",
            "exercise_id",
            "exercise__current_version__manifest__attempts",
            Seconds(Subquery(met[:1])),
            # As the fields of a Column, but for the kind, the item and the limit.
            "id",
            Coalesce("resource__title", "quiz__title", "exercise__title"),
            Coalesce(Seconds("due_at"), Seconds("meeting__starts_at")),
            "optional",
            "meeting_id",
            Coalesce("meeting__title", Value("")),
            Seconds("meeting__starts_at"),
            Coalesce("resource__section__track__slug", "quiz__section__track__slug", "exercise__section__track__slug"),
            Coalesce(
                "resource__section__track__title", "quiz__section__track__title", "exercise__section__track__title"
            ),
        )
    )
    columns, last_met = [], None
    for resource, quiz, exercise, limit, last_met, pk, *rest in found:  # noqa: B007 - the same on each row
        kind = RESOURCE if resource else QUIZ if quiz else EXERCISE
        attempts = limit if isinstance(limit, int) else None
        columns.append(Column(pk, kind, resource or quiz or exercise, *rest, attempts=attempts))
    return columns, last_met


def read_members(group: Group, now: datetime, member: int | None = None) -> list[Member]:
    """The learners by name; overdue cards only of those who share all of their learning (one query)."""
    overdue = (
        Card.objects.filter(user=OuterRef("user"), suspended=False, due__lt=now, question__retired=False)
        .order_by()
        .values("user")
        .annotate(n=Count("pk"))
        .values("n")
    )
    cards = Case(When(shares_all=True, then=Coalesce(Subquery(overdue), 0)), default=0, output_field=IntegerField())
    rows = learners(group, member).values_list(
        "user_id", "user__name", "user__email", Seconds("joined_at"), "shares_all", cards
    )
    return [
        Member(pk, User(name=name, email=email).display_name, joined, shares, n)
        for pk, name, email, joined, shares, n in rows.order_by("user__name", "user__email")
    ]
