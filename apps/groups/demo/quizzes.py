"""A simulated learner takes a quiz of the past: answers as people give them, scored by the site."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any

from apps.accounts.models import User
from apps.quizzes import services
from apps.quizzes.answers import right_response
from apps.quizzes.models import Answer, Quiz, QuizAttempt
from apps.quizzes.view import public_view

from .learners import Learner, succeeds

DIFFICULTY = {"beginner": -0.6, "intermediate": 0.4, "advanced": 1.4}


def take_quiz(rng: Random, *, user: User, learner: Learner, quiz: Quiz, at: datetime) -> QuizAttempt:
    """Begin a quiz at `at`, answer what the learner would answer, and end it; some of what isn't known stays open.

    Which numbers a learner gets in a quiz is always the same.
    """
    attempt = services.start(user=user, quiz=quiz)
    moment = at
    # Of their own, so that what learners do doesn't hang on how many questions were asked.
    seeds = Random(f"{learner.name}, {quiz.slug}")  # noqa: S311 - draws a demonstration
    for answer in attempt.answers.with_question():
        answer.seed = seeds.getrandbits(31)
        right = succeeds(rng, learner.ability, DIFFICULTY[answer.question.level])
        response = right_response(answer.variant) if right else wrong_response(rng, answer)
        shown, moment = moment, moment + timedelta(seconds=rng.uniform(12, 75))
        Answer.objects.filter(pk=answer.pk).update(shown_at=shown, seed=answer.seed)
        answer.shown_at = shown
        if response is not None:
            certainty = rng.choice(["sure", "sure", "fairly"] if right else ["sure", "fairly", "guess"])
            services.give_answer(answer=answer, response=response, certainty=certainty, at=moment)
    services.finish(attempt=attempt)
    QuizAttempt.objects.filter(pk=attempt.pk).update(started_at=at, ended_at=moment)
    return attempt


def wrong_response(rng: Random, answer: Answer) -> dict[str, Any] | None:
    """A wrong answer such as people give; None where it is left open."""
    view: Any = public_view(answer.variant)
    right = right_response(answer.variant)
    match answer.question.kind:
        case "single":
            return {"option": rng.choice([option.id for option in view.options if option.id != right["option"]])}
        case "multiple":
            return {"options": [option.id for option in view.options if rng.random() < 0.5]}
        case "ordering":
            lines = list(right["lines"])
            place = rng.randrange(len(lines) - 1)
            lines[place : place + 2] = reversed(lines[place : place + 2])
            return {"lines": lines}
        case "hotspot":
            others = [region.id for region in view.regions if region.id != right["region"]]
            return {"region": rng.choice(others)} if others else None
        case "numeric" | "text" | "code-output":
            known = [str(mistake.answer) for mistake in getattr(answer.variant.question, "mistakes", ())]
            return {"text": rng.choice(known)} if known else None
    return None
