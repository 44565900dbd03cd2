"""How long a lead waits for the dashboard of a large group: whole requests in this process, on SQLite.

    python -m studyhub.bench_dashboard [--members 500] [--items 120] [--n 15]

Prints a table and writes var/bench/dashboard.json.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import statistics
import sys
import tempfile
import time
from datetime import timedelta
from typing import Any

from studyhub import env

SLUG = "large"
PAGES = {
    "dashboard": ("dashboard", ""),
    "dashboard, every row": ("dashboard", "?rows=all&stuck=all"),
    "dashboard, one track": ("dashboard", "?track=bench-1&sort=done"),
    "concepts": ("dashboard_concepts", ""),
}
QUESTIONS = 5
CHECKS = ("gradient has 1/n", "predictions", "loss falls")


def populate(members: int, items: int, *, seed: int = 7) -> Any:
    """A group with a past: `members` learners and `items` assignments in weekly meetings; most things are done."""
    from django.utils import timezone

    from apps.accounts.models import User
    from apps.catalog.models import Completion, Resource, Section, Track
    from apps.exercises.models import Exercise, ExerciseVersion
    from apps.groups.models import Assignment, Group, Meeting, Membership, Role
    from apps.quizzes.models import Quiz, QuizAttempt
    from apps.submissions.constants import State, Verdict
    from apps.submissions.models import Standing

    rng, now = random.Random(seed), timezone.now()  # noqa: S311 - made-up people
    lead = User.objects.create(email="lead@bench.example", name="Lead")
    group = Group.objects.create(slug=SLUG, name="A large group", created_by=lead)
    Membership.objects.create(group=group, user=lead, role=Role.LEAD)
    people = User.objects.bulk_create(
        User(email=f"member{n}@bench.example", name=f"Member {n:03}") for n in range(members)
    )
    Membership.objects.bulk_create(
        Membership(group=group, user=user, joined_at=now - timedelta(weeks=12), shares_all=n % 3 == 0)
        for n, user in enumerate(people)
    )
    tracks = [Track.objects.create(slug=f"bench-{n}", title=f"Track {n}", summary="Made up.") for n in range(4)]
    sections = [Section.objects.create(track=track, slug="first", title="First") for track in tracks]
    meetings = [
        Meeting.objects.create(group=group, title=f"Week {n + 1}", starts_at=now + timedelta(weeks=n - 8, hours=20))
        for n in range(10)
    ]
    assignments = []
    for n in range(items):
        section, kind, due = sections[n % 4], n % 3, meetings[n * 10 // items]
        name: dict[str, Any] = {"slug": f"bench-{n}", "title": f"Item {n} of the long course", "section": section}
        if kind == 0:
            item: Any = Resource.objects.create(**name, url="https://example.org", kind="video", level="beginner")
        elif kind == 1:
            item = Quiz.objects.create(**name, summary="Made up.")
        else:
            item = Exercise.objects.create(**name, summary="Made up.", level="beginner", minutes=30)
            item.current_version = ExerciseVersion.objects.create(
                exercise=item, digest=f"{n:064}", manifest={"attempts": 20}, max_score=10
            )
            item.save()
        what = {("resource", "quiz", "exercise")[kind]: item}
        assignments.append(
            Assignment.objects.create(group=group, meeting=due, position=n, optional=n % 10 == 9, **what)
        )
    done, attempts, standings = [], [], []
    for user in people:
        skill, until = rng.uniform(0.4, 1), now - timedelta(days=rng.choice((0, 0, 0, 1, 9)))
        for one in assignments:
            at = one.due - timedelta(days=rng.uniform(-2, 6))
            if at > until or rng.random() > 0.6 + 0.4 * skill:
                continue
            if one.resource:
                done.append(Completion(user=user, resource=one.resource, done_at=at))
            elif one.quiz:
                ended = at if rng.random() < 0.95 else None
                attempts.append(QuizAttempt(user=user, quiz=one.quiz, number=1, started_at=at, ended_at=ended))
            else:
                passed = rng.random() < skill
                standings.append(
                    Standing(
                        user=user,
                        exercise=one.exercise,
                        attempts=rng.randint(1, 5),
                        best_share=1.0 if passed else rng.choice((0.0, 0.3, 0.6, 0.8)),
                        passed_at=at if passed else None,
                        latest_state=State.DONE,
                        latest_verdict=Verdict.PASSED if passed else Verdict.PARTIAL,
                        latest_at=at,
                        failing_check="" if passed else "gradient",
                        failing_title="" if passed else rng.choice(CHECKS),
                        failing_streak=0 if passed else rng.randint(1, 4),
                    )
                )
    # The site writes down when a resource was done; here that lies in the past.
    written: Any = Completion._meta.get_field("done_at")
    written.auto_now_add = False
    try:
        for model, rows in ((Completion, done), (QuizAttempt, attempts), (Standing, standings)):
            model.objects.bulk_create(rows, batch_size=2000)  # type: ignore[attr-defined]
    finally:
        written.auto_now_add = True
    return group


def answer(questions: int, *, seed: int = 7) -> None:
    """So many answers to every attempt that there is; each question and exercise is on two of thirty concepts."""
    from apps.catalog.models import Concept
    from apps.exercises.models import Exercise
    from apps.quizzes.constants import AnswerState
    from apps.quizzes.models import Answer, Question, QuestionVersion, Quiz, QuizAttempt

    rng = random.Random(seed)  # noqa: S311 - made-up answers
    concepts = [Concept.objects.create(slug=f"bench-{n}", title=f"Concept {n}", summary="Made up.") for n in range(30)]
    for exercise in Exercise.objects.all():
        exercise.concepts.add(*rng.sample(concepts, 2))
    asked: dict[int, list[tuple[int, int]]] = {}
    for quiz in Quiz.objects.all():
        for n in range(questions):
            question = Question.objects.create(quiz=quiz, slug=f"q{n}", kind="single", level="beginner", position=n)
            question.concepts.add(*rng.sample(concepts, 2))
            version = QuestionVersion.objects.create(question=question, digest="0" * 64, content={})
            asked.setdefault(quiz.pk, []).append((question.pk, version.pk))
    Answer.objects.bulk_create(
        (
            Answer(
                user_id=attempt.user_id,
                attempt=attempt,
                question_id=question,
                version_id=version,
                state=AnswerState.SCORED,
                share=rng.choice((0, 0.5, 1, 1)),
                answered_at=attempt.started_at,
            )
            for attempt in QuizAttempt.objects.all()
            for question, version in asked[attempt.quiz_id]
        ),
        batch_size=2000,
    )


def measure(n: int) -> dict[str, Any]:
    """Milliseconds, queries and kilobytes of each page, in turn, `n` times after one that warms up.

    On a busy machine the time of the processor says more than that on the clock.
    """
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.urls import reverse

    from apps.accounts.models import User

    client = Client(HTTP_HOST="localhost")
    client.force_login(
        User.objects.get(email="lead@bench.example"), backend="django.contrib.auth.backends.ModelBackend"
    )
    addresses = {name: reverse(f"groups:{page}", args=[SLUG]) + query for name, (page, query) in PAGES.items()}
    figures: dict[str, Any] = {}
    for name, address in addresses.items():
        with CaptureQueriesContext(connection) as queries:
            response = client.get(address)
        if response.status_code != 200:
            raise SystemExit(f"{name}: {response.status_code}")
        figures[name] = {"queries": len(queries), "kilobytes": round(len(response.content) / 1000), "times": []}
    for _ in range(n):
        for name, address in addresses.items():
            started, worked = time.perf_counter(), time.process_time()
            client.get(address)
            figures[name]["times"].append((time.perf_counter() - started, time.process_time() - worked))
    for found in figures.values():
        waited, worked = (sorted(column) for column in zip(*found.pop("times"), strict=True))
        found["median_ms"] = round(1000 * statistics.median(waited), 1)
        found["slowest_ms"] = round(1000 * waited[-1], 1)
        found["processor_ms"] = round(1000 * statistics.median(worked), 1)
    return figures


def main() -> None:
    """The program."""
    parser = argparse.ArgumentParser(prog="python -m studyhub.bench_dashboard", description=__doc__.split("\n")[0])
    parser.add_argument("--members", type=int, default=500)
    parser.add_argument("--items", type=int, default=120)
    parser.add_argument("--n", type=int, default=15, help="requests per page (default: 15)")
    options = parser.parse_args()
    target = env.var_folder() / "bench" / "dashboard.json"
    with tempfile.TemporaryDirectory(prefix="studyhub-bench-") as folder:
        os.environ.update(
            {"STUDYHUB_VAR": folder, "STUDYHUB_DEBUG": "1", "DJANGO_SETTINGS_MODULE": "studyhub.settings"}
        )
        os.environ.pop("STUDYHUB_DATABASE_URL", None)
        import django

        django.setup()
        from django.conf import settings
        from django.core.management import call_command

        settings.DEBUG = False  # it would keep a record of every query
        call_command("migrate", verbosity=0)
        populate(options.members, options.items)
        answer(QUESTIONS)
        figures = measure(options.n)
    said = {
        "members": options.members,
        "items": options.items,
        "n": options.n,
        "machine": f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}",
        "load_average": [round(value, 1) for value in os.getloadavg()],
        "pages": figures,
    }
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(said, indent=1))
    sys.stdout.write(
        f"{options.members} members, {options.items} items; {said['machine']}, load {said['load_average']}\n"
    )
    for name, found in figures.items():
        sys.stdout.write(
            f"{name:24} {found['median_ms']:8.1f} ms median {found['slowest_ms']:8.1f} ms slowest"
            f" {found['processor_ms']:8.1f} ms of processor {found['queries']:4} queries {found['kilobytes']:6} kB\n"
        )


if __name__ == "__main__":
    main()
