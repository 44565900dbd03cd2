"""From files to rows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from apps.catalog import edition
from apps.catalog.models import Concept, Section
from apps.quizzes import kinds, pictures
from apps.quizzes.models import Question, QuestionVersion, Quiz


@dataclass(frozen=True)
class SyncReport:
    """How many quizzes and questions there are now, and how many questions say something new."""

    quizzes: int
    questions: int
    new_versions: int


@transaction.atomic
def sync_quizzes(*, quizzes: Sequence[kinds.Quiz]) -> SyncReport:
    """Make the tables say what the files say; running it again changes nothing.

    1. Quizzes and questions are created or updated by their slugs; a question that says something new gets a version.
    2. What the files no longer have is retired, and comes back if it returns there.

    The quizzes have been checked against the catalogue's files, which must be in the tables already.
    """
    sections = {(s.track.slug, s.slug): s for s in Section.objects.filter(retired=False).select_related("track")}
    concepts = {concept.slug: concept for concept in Concept.objects.filter(retired=False)}
    kept: set[int] = set()
    new = 0
    for entry in quizzes:
        quiz = _sync_quiz(entry, sections[entry.track, entry.section])
        for position, asked in enumerate(entry.questions):
            question, is_new = _sync_question(asked, quiz, position, _picture_of(asked, entry))
            question.concepts.set([concepts[slug] for slug in asked.concepts])
            kept.add(question.pk)
            new += is_new
    Question.objects.exclude(pk__in=kept).update(retired=True)
    Quiz.objects.exclude(slug__in=[entry.slug for entry in quizzes]).update(retired=True)
    edition.renew()
    return SyncReport(len(quizzes), len(kept), new)


def _sync_quiz(entry: kinds.Quiz, section: Section) -> Quiz:
    values = {
        "section": section,
        "title": entry.title,
        "summary": entry.summary,
        "position": entry.position,
        "feedback": entry.feedback,
        "layout": entry.layout,
        "optional": entry.optional,
        "retired": False,
    }
    return Quiz.objects.update_or_create(slug=entry.slug, defaults=values)[0]


def _picture_of(asked: kinds.AnyQuestion, entry: kinds.Quiz) -> dict[str, Any] | None:
    """The frozen copy of the question's picture."""
    if asked.picture is None:
        return None
    return pictures.freeze(Path(settings.CURRICULUM_DIR) / entry.track / "quizzes" / asked.picture.file)


def _sync_question(
    asked: kinds.AnyQuestion, quiz: Quiz, position: int, picture: dict[str, Any] | None
) -> tuple[Question, bool]:
    """The question's row, and whether it has a version that it never had before."""
    content = asked.model_dump(mode="json", by_alias=True, exclude_none=True)
    digest = hashlib.sha256(json.dumps([content, picture], sort_keys=True).encode()).hexdigest()
    values = {"kind": asked.kind, "level": asked.level, "position": position, "retired": False}
    question, _ = Question.objects.update_or_create(quiz=quiz, slug=asked.id, defaults=values)
    version, is_new = QuestionVersion.objects.get_or_create(
        question=question, digest=digest, defaults={"content": content, "picture": picture}
    )
    if question.current_version_id != version.pk:
        question.current_version = version
        question.save(update_fields=["current_version"])
    return question, is_new
