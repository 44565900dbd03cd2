"""What pages say, as documents. Of a question only what it asks: never options, answers or explanations."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator

from django.db.models import Model
from django.urls import reverse

from apps.catalog.models import Concept, Resource, Track, exercises_on_offer, quizzes_on_offer
from apps.groups.models import Assignment, Group, Meeting
from apps.quizzes.models import Question

from .models import Document, Kind

_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_FENCE = re.compile(r"^\s*(```|~~~).*$", re.MULTILINE)
# Signs of Markdown; the underscore and the caret stay where they are mathematics.
_MARKS = re.compile(r"[*`$]|^\s*(?:#+|>|[-+]|\d+\.)\s+", re.MULTILINE)
# Rows of tables, and what a question draws for each learner.
_DRAWN = re.compile(r"^\s*\|.*$|\{\{.*?\}\}", re.MULTILINE)
_SPACE = re.compile(r"\s+")
HASHED = ("kind", "title", "concepts", "text", "url", "track", "group_id", "position")


def plain(text: str) -> str:
    """Markdown without its signs, on one line."""
    return _SPACE.sub(" ", _MARKS.sub("", _FENCE.sub("", _LINK.sub(r"\1", _DRAWN.sub("", text))))).strip()


def of_curriculum() -> list[Document]:
    """All that is everybody's, in the curriculum's order. A constant number of queries."""
    return list(_numbered(_curriculum()))


def of_group(group: Group) -> list[Document]:
    """What its members may find: itself, its meetings, and what was noted beside a thing to do."""
    return list(_numbered(_group(group)))


def _curriculum() -> Iterator[Document]:
    for track in Track.objects.current():
        yield _document(Kind.TRACK, track.slug, track, track.summary, track=track.slug)
    for concept in Concept.objects.current():
        yield _document(Kind.CONCEPT, concept.slug, concept, concept.summary)
    for resource in Resource.objects.for_page():
        said = f"{resource.why} {resource.author}"
        concepts, track = resource.concepts.all(), resource.section.track.slug
        yield _document(Kind.RESOURCE, resource.slug, resource, said, concepts, track)
    for exercise in exercises_on_offer().select_related("section__track").prefetch_related("concepts"):
        concepts, track = exercise.concepts.all(), exercise.section.track.slug
        yield _document(Kind.EXERCISE, exercise.slug, exercise, exercise.summary, concepts, track)
    quizzes = {quiz.pk: quiz for quiz in quizzes_on_offer().select_related("section__track")}
    for quiz in quizzes.values():
        yield _document(Kind.QUIZ, quiz.slug, quiz, quiz.summary, track=quiz.section.track.slug)
    questions = Question.objects.current().filter(quiz__in=quizzes).select_related("current_version")
    for question in questions.prefetch_related("concepts"):
        quiz = quizzes[question.quiz_id]
        said = question.current_version.content["prompt"]
        key, track = f"{quiz.slug}/{question.slug}", quiz.section.track.slug
        yield _document(Kind.QUESTION, key, quiz, said, question.concepts.all(), track)


def _group(group: Group) -> Iterator[Document]:
    yield _document(Kind.GROUP, group.slug, group, group.summary, group=group)
    plan = reverse("groups:plan", args=[group.slug])
    for meeting in Meeting.objects.filter(group=group):
        yield _document(
            Kind.GROUP, f"{group.slug}/meeting/{meeting.pk}", meeting, meeting.agenda, group=group, url=plan
        )
    for assignment in Assignment.objects.with_items().filter(group=group).exclude(note=""):
        key = f"{group.slug}/assignment/{assignment.pk}"
        yield _document(Kind.GROUP, key, assignment, assignment.note, group=group, url=plan)


def _document(
    kind: Kind,
    key: str,
    about: Model,
    text: str,
    concepts: Iterable[Concept] = (),
    track: str = "",
    group: Group | None = None,
    url: str = "",
) -> Document:
    return Document(
        key=f"{kind}:{key}",
        kind=kind,
        title=str(about)[:300],
        concepts="\n".join(sorted(concept.title for concept in concepts)),
        text=plain(text),
        url=url or about.get_absolute_url(),  # type: ignore[attr-defined]
        track=track,
        group=group,
    )


def _numbered(documents: Iterable[Document]) -> Iterator[Document]:
    for position, document in enumerate(documents):
        document.position = position
        said = json.dumps([getattr(document, name) for name in HASHED])
        document.digest = hashlib.sha256(said.encode()).hexdigest()
        yield document
