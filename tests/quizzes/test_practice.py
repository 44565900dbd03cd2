"""Practice: days that count, the weekly goal, weeks in a row; in the learner's own zone, and off by a switch."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.exercises.models import Exercise, ExerciseVersion
from apps.quizzes import practice
from apps.quizzes.models import Answer, PracticeGoal
from apps.quizzes.practice import measure, practice_of
from apps.submissions.models import Submission

from .site import entry, load

MONDAY = date(2026, 3, 2)
HOME, REVIEWS, GOAL = reverse("home"), reverse("learning:reviews"), reverse("learning:practice")


def week(number: int, *days: int) -> set[date]:
    """Days (0 is Monday) of the week that lies `number` weeks before the one of MONDAY."""
    return {MONDAY + timedelta(weeks=-number, days=day) for day in days}


class TestMeasure:
    def test_this_week_by_day(self):
        found = measure(week(0, 0, 2), MONDAY + timedelta(days=3), 3)
        assert [one.practised for one in found.days] == [True, False, True, False, False, False, False]
        assert [one.today for one in found.days].index(True) == 3
        assert (found.done, found.reached) == (2, False)

    def test_a_week_begins_on_monday(self):
        assert measure(week(1, 6), MONDAY, 1).done == 0

    def test_weeks_that_reached_the_goal_are_counted_in_a_row(self):
        days = week(0, 0, 1, 2) | week(1, 0, 3, 6) | week(2, 1, 2, 3, 4) | week(4, 0, 1, 2)
        assert measure(days, MONDAY + timedelta(days=4), 3).weeks == 3

    def test_a_week_that_goes_on_ends_no_row(self):
        days = week(1, 0, 3, 6) | week(2, 1, 2, 3)
        assert measure(days, MONDAY, 3).weeks == 2

    @pytest.mark.parametrize("off", range(7))
    def test_one_day_off_takes_nothing_away(self, off):
        days = {day for number in (1, 2) for day in week(number, *(set(range(7)) - {off}))}
        assert measure(days, MONDAY, 6).weeks == 2

    def test_a_smaller_goal_is_never_reached_less_often(self):
        days = week(1, 0, 3) | week(2, 1) | week(3, 1, 2, 3)
        rows = [measure(days, MONDAY, goal).weeks for goal in range(1, 8)]
        assert rows == sorted(rows, reverse=True)


@pytest.fixture
def answered(bob):
    """Bob answers a question at a moment."""
    question = load(entry()).questions.first()

    def go(at: datetime) -> None:
        Answer.objects.create(user=bob, question=question, version=question.current_version, answered_at=at)

    return go


@pytest.fixture
def at(monkeypatch):
    """The site's clock shows this."""

    def go(now: datetime) -> None:
        monkeypatch.setattr(timezone, "now", lambda: now)

    return go


class TestRows:
    def test_an_answer_counts_by_the_clock_of_the_learner(self, bob, answered, at):
        at(datetime(2026, 3, 4, 12, tzinfo=UTC))
        answered(datetime(2026, 3, 3, 23, 30, tzinfo=UTC))
        assert practice_of(bob).practised == [date(2026, 3, 3)]
        bob.time_zone = "Asia/Tokyo"
        assert practice_of(bob).practised == [date(2026, 3, 4)]

    def test_today_is_by_the_clock_of_the_learner_too(self, bob, answered, at):
        at(datetime(2026, 3, 1, 23, 30, tzinfo=UTC))
        answered(datetime(2026, 3, 1, 20, tzinfo=UTC))
        assert practice_of(bob).done == 1
        bob.time_zone = "Asia/Tokyo"  # where it is Monday by now, and was when the answer was given
        assert practice_of(bob).practised == [date(2026, 3, 2)]

    def test_a_hand_in_counts(self, bob):
        section = load(entry()).section
        exercise = Exercise.objects.create(slug="trees", title="Trees", section=section, minutes=30, level="beginner")
        version = ExerciseVersion.objects.create(exercise=exercise, digest="0" * 64, manifest={}, max_score=10)
        Submission.objects.create(user=bob, exercise=exercise, version=version, number=1, filename="a.ipynb", size=1)
        assert practice_of(bob).practised == [timezone.localdate()]

    def test_many_answers_of_a_day_are_one_day(self, bob, answered):
        for _ in range(3):
            answered(timezone.now())
        assert practice_of(bob).done == 1

    def test_a_question_that_is_open_is_none(self, bob, answered):
        answered(None)
        assert practice_of(bob) is None

    def test_what_others_do_is_not_mine(self, answered, charlie):
        answered(timezone.now())
        assert practice_of(charlie) is None

    def test_queries_do_not_grow(self, bob, answered, django_assert_num_queries):
        for day in range(40):
            answered(timezone.now() - timedelta(days=day))
        with django_assert_num_queries(1 + 1 + len(practice._sources)):
            practice_of(bob)


def text(client, path: str) -> str:
    return " ".join(client.get(path).content.decode().split())


class TestPages:
    @pytest.fixture(autouse=True)
    def sign_in(self, client, bob):
        client.force_login(bob)

    @pytest.mark.parametrize("path", [HOME, REVIEWS])
    def test_it_stands_there_small(self, client, answered, path):
        answered(timezone.now())
        assert "1 of 3 days this week" in text(client, path)
        assert f"{timezone.localdate():%A}: practised" in text(client, path)

    @pytest.mark.parametrize("path", [HOME, REVIEWS])
    def test_who_has_not_begun_sees_nothing_of_it(self, client, path):
        assert "this week" not in text(client, path).lower()

    def test_visitors_see_nothing_of_it(self, client):
        client.logout()
        assert "days this week" not in text(client, HOME)

    def test_the_goal_is_the_learners_choice(self, client, answered, bob):
        answered(timezone.now())
        assert client.post(GOAL, {"days": "1", "shown": "on"}).url == REVIEWS
        assert "Goal reached: 1 of 1 day this week" in text(client, HOME)
        assert PracticeGoal.objects.get(user=bob).days == 1

    def test_switched_off_it_is_nowhere_and_asks_nothing(self, client, answered, bob, django_assert_num_queries):
        answered(timezone.now())
        client.post(GOAL, {"days": "3"})
        for path in (HOME, REVIEWS):
            assert "this week" not in text(client, path).lower()
        with django_assert_num_queries(1):
            assert practice_of(bob) is None

    def test_it_can_be_switched_on_again_from_the_account(self, client, answered):
        answered(timezone.now())
        client.post(GOAL, {"days": "3"})
        assert GOAL in text(client, reverse("profile"))
        client.post(GOAL, {"days": "4", "shown": "on"})
        assert "1 of 4 days this week" in text(client, HOME)

    @pytest.mark.parametrize("days", ["0", "8", "many", ""])
    def test_a_week_has_seven_days(self, client, days):
        assert client.post(GOAL, {"days": days, "shown": "on"}).status_code == 200
        assert not PracticeGoal.objects.exists()

    def test_it_is_nobody_elses(self, client, charlie):
        client.post(GOAL, {"days": "5", "shown": "on"})
        client.force_login(charlie)
        assert '<option value="3" selected>' in text(client, GOAL)

    def test_a_visitor_is_asked_to_sign_in(self, client):
        client.logout()
        assert reverse("account_login") in client.get(GOAL).url


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["", "Europe/Nowhere"])
def test_without_a_zone_that_is_known_the_sites_clock_counts(bob, name):
    bob.time_zone = name
    assert practice.zone_of(bob) == timezone.get_default_timezone()
