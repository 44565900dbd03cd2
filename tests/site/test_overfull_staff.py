"""The same with much of everything: boards, regrades, runners, analyses, a person's data."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import DataExport, User
from apps.catalog.models import Concept, Section, Track
from apps.exercises.models import Exercise
from apps.quizzes.models import Quiz
from apps.submissions.constants import Verdict
from apps.submissions.models import LeaderboardEntry, RegradeItem, Run
from apps.submissions.services import record_runner
from apps.submissions.services.entries import recount
from studyhub import broker
from tests.overfull import LINK, WORD, too_wide
from tests.quizzes.site import QUESTIONS, entry, load
from tests.quizzes.test_reviews import take
from tests.submissions.conftest import SLUG, desk, exercise, office, package  # noqa: F401 - fixtures
from tests.submissions.test_leaderboard import competition  # noqa: F401 - a fixture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def lengthen() -> None:
    """Every title and every name is a word of eighty letters."""
    for model in (Track, Section, Concept, Exercise, Quiz):
        model.objects.update(title=WORD)
    User.objects.update(name=WORD)


@pytest.fixture
def crowd(db) -> list[User]:
    """Sixty learners, of whom every other one shows their name."""
    people = [User(email=f"{n}@example.org", name=WORD, on_leaderboards=bool(n % 2)) for n in range(60)]
    return User.objects.bulk_create(people)


@pytest.mark.parametrize("ended", [False, True], ids=["under way", "ended"])
def test_a_board_with_sixty_places(open_page, competition, crowd, ended):  # noqa: F811
    competition.begin(entries_per_day=50)
    for learner in crowd:
        competition.enter(learner, public=0.123456789 + learner.pk / 1000)
    for _ in range(39):
        competition.enter(crowd[0], public=0.987654321)
    if ended:
        competition.begin(ends=(timezone.now().date() - timedelta(days=1)).isoformat())
        LeaderboardEntry.objects.update(handed_in_at=timezone.now() - timedelta(days=3))
        recount(exercise=competition.desk.exercise)
    lengthen()
    page = open_page("/", user=crowd[0])
    assert too_wide(page, [reverse("submissions:leaderboard", args=[SLUG])]) == []


def test_a_regrade_of_many_at_each_of_its_stations(open_page, office, crowd, alice):  # noqa: F811
    for learner in crowd[:42]:
        office.desk.done(learner, points=(1, 1))
    failed = office.desk.done(crowd[-1])
    lengthen()
    page = open_page("/", user=alice)
    listed = reverse("submissions:regrades")
    assert too_wide(page, [listed]) == []
    office.kinder.bonus = 2
    regrade = office.start(reason=f"{WORD} {LINK}"[:300])
    where = reverse("submissions:regrade", args=[regrade.pk])
    assert too_wide(page, [where]) == []
    page.goto("/")  # that page watches, and would load itself anew
    regrade = office.work(regrade)
    for item in RegradeItem.objects.all():
        for check in (*item.old_checks, *item.new_checks):
            check["title"] = WORD
        item.save()
    RegradeItem.objects.filter(run=failed).update(problem=f"{WORD} {LINK}"[:300], new_score=None)
    assert too_wide(page, [listed, where]) == []
    office.apply(regrade)
    assert too_wide(page, [listed, where]) == []


def test_twenty_runners_and_what_failed(open_page, desk, crowd, alice):  # noqa: F811
    zygote = {"profile": WORD, "forbid": [WORD, "sklearn", "torch"], "load_s": 3.14, "forks": 1234, "runs": 17}
    card = {"uuid": "GPU-0", "model": f"NVIDIA {WORD}", "memory_mb": 81920, "driver": "580.65.06.999"}
    for number in range(20):
        record_runner(
            report={
                "name": f"run.gpu@{WORD}#{number}",
                "queue": broker.GPU_QUEUE,
                "host": WORD * 2,
                "slots": 2,
                "problem": LINK if number % 2 else "",
                "started": 1_780_000_000,
                "memory_mb": 812_345,
                "available_mb": 9_000_123,
                "gpu": card,
                "zygotes": [zygote | {"spare": True, "resident_mb": 123_456}] * 3,
            }
        )
    for number, learner in enumerate(crowd[:12]):
        run = desk.done(learner)
        told = {"reason": f"{WORD} {number}", "detail": LINK, "finished_at": timezone.now()}
        Run.objects.filter(pk=run.pk).update(verdict=Verdict.PLATFORM_ERROR, **told)
    desk.hand_in(crowd[-1])
    lengthen()
    page = open_page("/", user=alice)
    assert too_wide(page, [reverse("submissions:runners"), "/api/docs", "/webhooks/"]) == []


def test_what_questions_measure(open_page, crowd, alice):
    words = {"Which way": f"{WORD} `{WORD}`", "Downhill": WORD, "Along": f"{WORD} along", "array of": WORD}
    questions = QUESTIONS
    for old, new in words.items():
        questions = questions.replace(old, new)
    quiz = load(entry(questions=questions))
    for number, learner in enumerate(crowd[:12]):
        take(learner, quiz, right=bool(number % 3))
    lengthen()
    addresses = [reverse("quizzes:analysis", args=[quiz.slug])]
    addresses += [reverse("quizzes:preview", args=[quiz.slug, name]) for name in ("which-one", "how-many", "what-word")]
    assert too_wide(open_page("/", user=alice), addresses) == []


@pytest.mark.parametrize("state", DataExport.State.values)
def test_a_persons_data(open_page, bob, state):
    lengthen()
    now = timezone.now()
    DataExport.objects.create(
        user=bob, state=state, done=3, total=17, size=10**13, claimed_at=now, expires_at=now + timedelta(hours=7)
    )
    page = open_page("/", user=User.objects.get())
    assert too_wide(page, ["/profile/data/", "/profile/"]) == []
