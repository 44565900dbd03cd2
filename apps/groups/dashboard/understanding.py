"""The concepts of a group: read, and as the page shows them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, Sum
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from apps.catalog.models import Concept as ConceptRow
from apps.exercises.models import Exercise
from apps.quizzes.constants import AnswerState
from apps.quizzes.models import Answer
from apps.submissions.models import Standing

from . import concepts, heat
from .concepts import HAND_IN, Concept, Earned, Understood
from .heat import PER_PAGE, Wanted
from .reading import learners, read_columns, read_members
from .states import EXERCISE, QUIZ, Column, Member

if TYPE_CHECKING:
    from ..models import Group, Membership


def read_earned(group: Group, columns: list[Column], members: list[Member], member: int | None = None) -> list[Earned]:
    """What learners earned on each concept (three queries).

    Of the group's own quizzes and exercises, first attempts and best hand-ins; and of everything where a member shares
    all of their learning.
    """
    people = learners(group, member).values("user")
    sharing = [one.id for one in members if one.shares_all]
    quizzes = [column.item for column in columns if column.kind == QUIZ]
    exercises = [column.item for column in columns if column.kind == EXERCISE]
    answers = (
        Answer.objects.filter(Q(attempt__quiz__in=quizzes) | Q(user__in=sharing), user__in=people)
        .filter(state=AnswerState.SCORED, question__concepts__isnull=False)
        .order_by()
        .values_list("user_id", "question__concepts")
        .annotate(points=Sum("share"), n=Count("pk"))
    )
    earned = [Earned(*row) for row in answers]
    hands = Standing.objects.filter(Q(exercise__in=exercises) | Q(user__in=sharing), user__in=people)
    found = list(hands.filter(best_share__isnull=False).values_list("user_id", "exercise_id", "best_share"))
    links: Any = Exercise.concepts.through.objects.filter(exercise_id__in={exercise for _, exercise, _ in found})
    on: dict[int, list[int]] = {}
    for exercise, concept in links.values_list("exercise_id", "concept_id"):
        on.setdefault(exercise, []).append(concept)
    earned += [
        Earned(user, concept, HAND_IN * share, HAND_IN)
        for user, exercise, share in found
        for concept in on.get(exercise, ())
    ]
    return earned


def read_concepts() -> list[Concept]:
    """All current concepts (one query)."""
    return [Concept(row.pk, row.title, row.get_absolute_url()) for row in ConceptRow.objects.current()]


class Understanding:
    """The concepts' page of one group; six queries, whatever its size."""

    def __init__(self, membership: Membership, wanted: Wanted) -> None:
        self.membership, self.group, self.wanted = membership, membership.group, wanted
        self.now = timezone.now()

    @cached_property
    def understood(self) -> Understood:
        """Everybody's shares, of what is wanted."""
        columns, _ = read_columns(self.group, self.now)
        members = read_members(self.group, self.now)
        earned = read_earned(self.group, heat.kept(columns, self.wanted), members)
        shown = [one for one in members if not self.wanted.member or one.id == self.wanted.member]
        return concepts.understood(shown, read_concepts(), earned)

    @cached_property
    def page(self) -> Page[Any]:
        """The rows that are shown."""
        size = max(1, len(self.understood.rows)) if self.wanted.every_row else PER_PAGE
        return Paginator(self.understood.rows, size).get_page(self.wanted.page)

    @property
    def group_line(self) -> SafeString:
        """The cells of the whole group."""
        return mark_safe(concepts.group_line(self.understood.group))  # noqa: S308 - escaped there

    @property
    def table_body(self) -> SafeString:
        """The shown rows."""
        url = f"{self.group.get_absolute_url()}members/"
        return mark_safe(concepts.body(self.page.object_list, members_url=url))  # noqa: S308 - escaped there

    @property
    def all_rows(self) -> str:
        """The same with every row."""
        return self.wanted.query(page=1, every_row=True)

    @property
    def query(self) -> str:
        """What was asked for."""
        return self.wanted.query()
