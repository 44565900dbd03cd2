"""Competitions: entries, a day's number of them, places before the end and after it, and whose name is shown."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.grading import ACCURACY, RMSE, Competition, Entry
from apps.grading.errors import ArtefactError
from apps.submissions import grading, leaderboard
from apps.submissions.models import LeaderboardEntry, Submission
from apps.submissions.pseudonyms import pseudonym
from apps.submissions.services.entries import recount
from apps.submissions.validation import UploadRefused

from .conftest import SLUG, graded, with_manifest

PAGE = reverse("submissions:leaderboard", args=[SLUG])


@pytest.fixture
def competition(desk, package, monkeypatch):
    """The exercise is one: each graded hand-in brings the entry that the test says."""
    worth = {"entry": None}

    def grade(spec, **places):
        report = graded(spec, **places)
        return type(report)(score=report.score, max_score=4.0, checks=report.checks, entry=worth["entry"])

    monkeypatch.setattr(grading, "grade", grade)
    rules = Competition(probe="p", metric=ACCURACY, public=float, private=float)
    spec = package.spec

    def with_rules():
        return SimpleNamespace(**vars(spec()), competition=rules)

    monkeypatch.setattr(package, "spec", with_rules)

    def begin(**told):
        nonlocal rules
        rules = Competition(probe="p", metric=told.pop("metric", ACCURACY), public=float, private=float)
        with_manifest(desk.exercise, competition={"entries_per_day": 5, "ends": None, **told})

    def enter(learner, public, private=0.5):
        worth["entry"] = Entry(public=public, private=private)
        return desk.done(learner)

    begin()
    return SimpleNamespace(begin=begin, enter=enter, worth=worth, desk=desk)


@pytest.fixture
def rows(client):
    def rows_(reader=None):
        if reader:
            client.force_login(reader)
        board = client.get(PAGE).context["board"]
        return [(row.place, row.name, row.public, row.private, row.entries) for row in board.rows]

    return rows_


def ended():
    return (timezone.now().date() - timedelta(days=1)).isoformat()


class TestEntries:
    def test_a_graded_hand_in_is_an_entry(self, competition, bob):
        run = competition.enter(bob, 0.8, 0.7)
        entry = LeaderboardEntry.objects.get()
        assert (entry.run, entry.user, entry.public, entry.private) == (run, bob, 0.8, 0.7)

    def test_a_run_that_left_none_is_none(self, competition, bob):
        competition.desk.done(bob)
        assert not LeaderboardEntry.objects.exists()

    def test_a_day_has_so_many(self, competition, bob, charlie):
        competition.begin(entries_per_day=2)
        for _ in range(2):
            competition.enter(bob, 0.8)
        with pytest.raises(UploadRefused, match="takes 2 entries a day"):
            competition.desk.hand_in(bob)
        competition.enter(charlie, 0.8)

    def test_the_next_day_is_another(self, competition, bob):
        competition.begin(entries_per_day=1)
        competition.enter(bob, 0.8)
        Submission.objects.update(created_at=timezone.now() - timedelta(days=1))
        competition.enter(bob, 0.8)

    def test_our_fault_takes_no_entry(self, competition, bob):
        from apps.submissions.constants import State, Verdict
        from apps.submissions.models import Run

        competition.begin(entries_per_day=1)
        competition.desk.done(bob)
        Run.objects.update(state=State.DONE, verdict=Verdict.PLATFORM_ERROR)
        competition.desk.hand_in(bob)


class TestPlaces:
    def test_each_learner_stands_with_the_best_entry(self, competition, rows, bob, charlie):
        competition.enter(bob, 0.7)
        competition.enter(bob, 0.9)
        competition.enter(bob, 0.8)
        competition.enter(charlie, 0.85)
        assert [(place, public, made) for place, _, public, _, made in rows(bob)] == [(1, "90.0%", 3), (2, "85.0%", 1)]

    def test_where_less_is_better_the_least_is_first(self, competition, rows, bob, charlie):
        competition.begin(metric=RMSE)
        competition.enter(bob, 3.0)
        competition.enter(charlie, 2.0)
        assert [public for _, _, public, _, _ in rows(bob)] == ["2", "3"]

    def test_of_equal_figures_the_earlier_one_is_ahead(self, competition, rows, bob, charlie, alice):
        for learner, figure in ((charlie, 0.8), (bob, 0.8), (alice, 0.7)):
            competition.enter(learner, figure)
        assert [(place, name == "Bob") for place, name, *_ in rows(bob)] == [(1, False), (2, True), (3, False)]

    def test_before_the_end_nobody_sees_a_private_figure(self, competition, client, rows, bob):
        competition.begin(ends=timezone.now().date().isoformat())
        competition.enter(bob, 0.8, 0.1234)
        assert rows(bob)[0][3] == ""
        assert "12.3%" not in client.get(PAGE).content.decode()

    def test_after_it_the_private_part_decides(self, competition, rows, bob, charlie):
        competition.enter(bob, 0.9, 0.6)
        competition.enter(charlie, 0.8, 0.7)
        LeaderboardEntry.objects.update(handed_in_at=timezone.now() - timedelta(days=3))
        competition.begin(ends=ended())
        assert [(place, public, private) for place, _, public, private, _ in rows(bob)] == [
            (1, "80.0%", "70.0%"),
            (2, "90.0%", "60.0%"),
        ]

    def test_the_best_public_entry_counts_and_not_the_best_private_one(self, competition, rows, bob):
        competition.enter(bob, 0.9, 0.6)
        competition.enter(bob, 0.8, 0.7)
        LeaderboardEntry.objects.update(handed_in_at=timezone.now() - timedelta(days=3))
        competition.begin(ends=ended())
        assert rows(bob)[0][3] == "60.0%"

    def test_below_the_first_ones_there_is_only_the_reader_s_own_place(
        self, competition, rows, bob, charlie, alice, monkeypatch
    ):
        monkeypatch.setattr(leaderboard, "SHOWN", 1)
        for learner, figure in ((alice, 0.9), (charlie, 0.8), (bob, 0.8)):
            competition.enter(learner, figure)
        assert [place for place, *_ in rows()] == [1]
        assert [(place, name) for place, name, *_ in rows(bob)][1:] == [(3, "Bob")]
        assert [(place, name) for place, name, *_ in rows(charlie)][1:] == [(2, "Charlie")]
        assert [place for place, *_ in rows(alice)] == [1]

    def test_rules_that_changed_count_from_the_next_sync_on(self, competition, rows, bob):
        competition.begin(ends=ended())
        competition.enter(bob, 0.7)
        competition.enter(bob, 0.9)
        assert rows(bob) == []
        competition.begin()
        recount(exercise=competition.desk.exercise)
        assert [row[2] for row in rows(bob)] == ["90.0%"]
        competition.begin(metric=RMSE)
        recount(exercise=competition.desk.exercise)
        assert [row[2] for row in rows(bob)] == ["0.7"]
        assert LeaderboardEntry.objects.filter(counts=True).count() == 1

    def test_what_comes_after_the_end_does_not_count(self, competition, rows, bob):
        competition.begin(ends=ended())
        competition.enter(bob, 0.9)
        assert rows(bob) == []


class TestChoosing:
    CHOOSE = reverse("submissions:choose-entry", args=[SLUG])

    def test_the_chosen_entry_counts_until_another_is_chosen(self, competition, client, rows, bob):
        low, high = competition.enter(bob, 0.6), competition.enter(bob, 0.9)
        client.force_login(bob)
        assert b"Hand-in 1 counts." in client.post(self.CHOOSE, {"run": str(low.pk)}, follow=True).content
        assert rows(bob)[0][2] == "60.0%"
        competition.enter(bob, 0.95)
        assert rows(bob)[0][2] == "60.0%"
        client.post(self.CHOOSE, {"run": str(high.pk)})
        assert rows(bob)[0][2] == "90.0%"
        client.post(self.CHOOSE)
        assert rows(bob)[0][2] == "95.0%"

    @pytest.mark.parametrize("run", ["", "x", "00000000-0000-4000-8000-000000000000"])
    def test_what_is_no_entry_of_mine_changes_nothing(self, competition, client, bob, charlie, run):
        theirs = competition.enter(charlie, 0.6)
        client.force_login(bob)
        assert client.post(self.CHOOSE, {"run": run or str(theirs.pk)}).status_code == 404
        assert not LeaderboardEntry.objects.filter(chosen_at__isnull=False).exists()

    def test_after_the_end_it_is_too_late(self, competition, client, bob):
        run = competition.enter(bob, 0.6)
        competition.begin(ends=ended())
        client.force_login(bob)
        assert b"The competition has ended" in client.post(self.CHOOSE, {"run": str(run.pk)}, follow=True).content
        assert not LeaderboardEntry.objects.filter(chosen_at__isnull=False).exists()


class TestPage:
    def test_a_name_stands_there_only_if_its_learner_wants_it(self, competition, rows, bob, charlie):
        competition.enter(bob, 0.9)
        competition.enter(charlie, 0.8)
        invented = [name for _, name, *_ in rows()]
        assert invented == [pseudonym(SLUG, bob.pk), pseudonym(SLUG, charlie.pk)]
        bob.on_leaderboards = True
        bob.save()
        assert [name for _, name, *_ in rows()] == ["Bob", invented[1]]
        assert [name for _, name, *_ in rows(charlie)] == ["Bob", "Charlie"]

    def test_two_with_the_same_pseudonym_are_told_apart(self, competition, rows, bob, charlie, monkeypatch):
        monkeypatch.setattr(leaderboard, "pseudonym", lambda competition, user: "Quiet Heron")
        competition.enter(bob, 0.9)
        competition.enter(charlie, 0.8)
        assert [name for _, name, *_ in rows()] == ["Quiet Heron", "Quiet Heron 2"]

    def test_a_pseudonym_stays_and_says_nothing_beyond_its_competition(self, settings):
        assert pseudonym("spaceship", 7) == pseudonym("spaceship", 7)
        names = {pseudonym("spaceship", user) for user in range(60)}
        assert len(names) > 50
        assert [pseudonym("spaceship", user) for user in range(9)] != [pseudonym("other", user) for user in range(9)]
        before = pseudonym("spaceship", 7), pseudonym("spaceship", 8)
        settings.SECRET_KEY = "another one"
        assert (pseudonym("spaceship", 7), pseudonym("spaceship", 8)) != before

    def test_with_nobody_in_it_it_invites(self, competition, client):
        assert "Nobody has entered yet" in client.get(PAGE).content.decode()

    def test_an_exercise_that_is_no_competition_has_none(self, desk, client):
        assert client.get(PAGE).status_code == 404

    def test_queries_do_not_grow_with_the_entries(
        self, competition, client, bob, django_assert_max_num_queries, django_user_model
    ):
        for number in range(6):
            competition.enter(django_user_model.objects.create_user(f"{number}@example.org", "x"), 0.5 + number / 20)
        client.force_login(bob)
        with django_assert_max_num_queries(10):
            client.get(PAGE)


class TestWhatAnEntryIsWorth:
    def entry(self, value):
        def public(value):
            if value is None:
                raise ArtefactError("`predictions` has no rows.")
            return 0.75

        return Competition(probe="p", metric=ACCURACY, public=public, private=lambda value: 0.5).entry(value)

    def test_both_parts(self):
        assert self.entry([1]) == Entry(public=0.75, private=0.5)

    @pytest.mark.parametrize("value", [None, ArtefactError("nothing came")])
    def test_what_is_no_entry(self, value):
        assert self.entry(value) is None
