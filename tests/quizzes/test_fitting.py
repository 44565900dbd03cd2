"""FSRS fitted to a learner: taken where it predicts better, by a process of its own, and told on the page."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from fsrs import Card as Memory
from fsrs import Rating
from fsrs.scheduler import DEFAULT_PARAMETERS

from apps.quizzes import fitting
from apps.quizzes.fitting import MIN_REPEATED, Fit, Met, fit, log_loss
from apps.quizzes.memory import meet, scheduler
from apps.quizzes.models import Answer, Card, FittedParameters, Question, Review
from apps.quizzes.review_page import ratings
from apps.quizzes.services import fits, refit, refit_due
from apps.quizzes.tasks import refit as refit_task

from .site import entry, load, respond

START = datetime(2026, 1, 1, 9, tzinfo=UTC)


def forgetful(times: float) -> tuple[float, ...]:
    """Parameters of somebody whose memories last, and grow, so many times as long as the library supposes."""
    first = tuple(min(100.0, max(0.001, times * number)) for number in DEFAULT_PARAMETERS[:4])
    growth = min(4.5, max(0.0, DEFAULT_PARAMETERS[8] + math.log(times)))
    return (*first, *DEFAULT_PARAMETERS[4:8], growth, *DEFAULT_PARAMETERS[9:])


def simulate(truth: tuple[float, ...], *, cards: int = 130, days: int = 250, seed: int = 1) -> list[Met]:
    """The log of a learner who remembers as `truth` says, asked when the library's own parameters would ask."""
    rng, asks, knows = random.Random(seed), scheduler(), scheduler(truth)
    log = []
    for number in range(cards):
        at = START + timedelta(days=rng.randint(0, 60))
        known, shown = Memory(card_id=number, due=at), Memory(card_id=number, due=at)
        while at < START + timedelta(days=days):
            remembered = known.last_review is None or rng.random() < knows.get_card_retrievability(known, at)
            rating = Rating(rng.choices([2, 3, 4], [0.2, 0.6, 0.2])[0] if remembered else 1)
            log.append(Met(number, int(rating), at.timestamp()))
            shown, _ = asks.review_card(shown, rating, at)
            known, _ = knows.review_card(known, rating, at)
            at = shown.due + timedelta(days=rng.choice([0, 0, 1, 2]))
    return log


@pytest.fixture
def optimised(monkeypatch):
    """What the optimiser finds, said by the test."""

    def go(parameters: tuple[float, ...]) -> None:
        monkeypatch.setattr(fitting, "optimise", lambda log: parameters)

    return go


class TestTaken:
    log = simulate(forgetful(0.2))

    def test_too_few_reviews_are_left_alone(self, optimised):
        optimised(forgetful(0.2))
        assert fit([one for one in self.log if one.card < 20]) is None

    def test_what_predicts_better_is_taken(self, optimised):
        optimised(forgetful(0.2))
        found = fit(self.log)
        assert found.parameters == forgetful(0.2)
        assert found.loss < found.default_loss
        assert found.reviews >= MIN_REPEATED

    def test_what_predicts_worse_is_not(self, optimised):
        optimised(forgetful(10))
        found = fit(self.log)
        assert found.parameters == ()
        assert found.loss == found.default_loss

    def test_what_is_in_use_stays_where_it_is_the_best(self, optimised):
        optimised(forgetful(10))
        assert fit(self.log, forgetful(0.2)).parameters == forgetful(0.2)

    def test_what_is_in_use_goes_where_it_has_become_worse(self, optimised):
        optimised(forgetful(10))
        assert fit(self.log, forgetful(20)).parameters == ()

    def test_what_only_the_latest_reviews_like_is_not_taken(self, optimised, monkeypatch):
        optimised(forgetful(10))
        whole = {(): 0.3, forgetful(10): 0.4}
        late = {(): 0.3, forgetful(10): 0.2}
        monkeypatch.setattr(
            fitting, "log_loss", lambda log, parameters=(), since=None: (late if since else whole)[tuple(parameters)]
        )
        assert fit(self.log).parameters == ()

    def test_the_latest_reviews_are_kept_out(self, monkeypatch):
        seen = []
        monkeypatch.setattr(fitting, "optimise", lambda log: seen.extend(log) or forgetful(0.2))
        fit(self.log)
        kept_out = [one for one, _ in fitting.predictions(self.log) if one not in set(seen)]
        assert len(kept_out) == pytest.approx(0.2 * len(fitting.predictions(self.log)), abs=3)
        assert min(one.at for one in kept_out) >= max(one.at for one in seen)

    def test_a_second_meeting_on_the_same_day_counts_for_nothing(self):
        first = Met(1, 3, START.timestamp())
        later = replace(first, at=first.at + 3600)
        assert fitting.predictions([first, later]) == []

    def test_the_loss_is_smaller_for_who_remembers_so(self):
        assert log_loss(self.log, forgetful(0.2)) < log_loss(self.log) < log_loss(self.log, forgetful(10))


def test_the_optimiser_itself_finds_better_parameters_for_who_forgets_fast():
    """The real one, on about 700 reviews."""
    for name in fitting.NEEDED:
        pytest.importorskip(name)
    log = simulate(forgetful(0.2), cards=50, days=200)
    found = fit(log)
    assert len(found.parameters) == len(DEFAULT_PARAMETERS)
    assert found.loss < found.default_loss
    assert log_loss(log, found.parameters) < log_loss(log)


@pytest.fixture
def reviewed(bob):
    """Bob's cards of the small quiz, each met three times, as the default parameters have it."""
    load(entry())
    at = timezone.now() - timedelta(days=60)
    for question in Question.objects.all():
        memory, due, when = None, None, at
        card = Card(user=bob, question=question)
        for rating in (3, 1, 3):
            before, due_before = memory, due
            memory, due = meet(memory, rating, when)
            card.memory, card.due = memory, due
            card.save()
            version = question.current_version
            answer = Answer.objects.create(user=bob, question=question, version=version, answered_at=when)
            Review.objects.create(
                card=card, answer=answer, rating=rating, at=when, before=before, due_before=due_before
            )
            when += timedelta(days=7)
    return list(Card.objects.order_by("pk"))


@pytest.fixture
def found(monkeypatch):
    """What the other process comes to, said by the test."""

    def go(fitted: Fit | None) -> None:
        monkeypatch.setattr(fits, "_fit", lambda met, current: fitted)

    return go


OWN = Fit(parameters=forgetful(5), reviews=700, loss=0.3, default_loss=0.4)


class TestUsed:
    def test_it_is_stored_with_what_it_stands_on(self, reviewed, bob, found):
        found(OWN)
        refit(user_id=bob.pk)
        row = FittedParameters.objects.get(user=bob)
        assert (tuple(row.parameters), row.reviews, row.loss, row.default_loss) == (forgetful(5), 700, 0.3, 0.4)

    def test_the_same_parameters_leave_every_memory_as_it_is(self, reviewed, bob):
        fits._remember_anew(bob.pk, DEFAULT_PARAMETERS)
        assert [card.memory for card in Card.objects.order_by("pk")] == [card.memory for card in reviewed]

    def test_cards_remember_anew_and_what_is_due_stays_due(self, reviewed, bob, found):
        found(OWN)
        refit(user_id=bob.pk)
        for before, after in zip(reviewed, Card.objects.order_by("pk"), strict=True):
            assert after.memory["stability"] > before.memory["stability"]
            assert after.due == before.due

    def test_a_card_that_was_met_meanwhile_is_left_alone(self, reviewed, bob, monkeypatch):
        later = timezone.now() + timedelta(days=99)

        def meet_meanwhile(memory, rating, at, parameters):
            Card.objects.update(due=later)
            return meet(memory, rating, at, parameters)

        monkeypatch.setattr(fits, "meet", meet_meanwhile)
        fits._remember_anew(bob.pk, forgetful(5))
        assert Card.objects.first().memory == reviewed[0].memory

    def test_the_next_meeting_is_reckoned_with_it(self, reviewed, bob, charlie, found):
        answer = Answer.objects.create(
            user=bob, question=reviewed[0].question, version=reviewed[0].question.current_version
        )
        respond(answer)
        before = {one.value: one.days for one in ratings(answer)}
        found(OWN)
        refit(user_id=bob.pk)
        after = {one.value: one.days for one in ratings(answer)}
        assert after[3] > before[3]
        assert FittedParameters.objects.in_use(charlie) == ()

    def test_a_fit_that_failed_leaves_what_was(self, reviewed, bob, found):
        found(OWN)
        refit(user_id=bob.pk)
        found(None)
        assert refit(user_id=bob.pk) is None
        assert FittedParameters.objects.in_use(bob) == forgetful(5)

    def test_the_process_is_asked_and_says_that_reviews_are_too_few(self, reviewed, bob):
        assert refit(user_id=bob.pk) is None
        assert not FittedParameters.objects.exists()


class TestDue:
    @pytest.fixture(autouse=True)
    def six_are_enough(self, monkeypatch):
        monkeypatch.setattr(fits, "MIN_REPEATED", 6)
        monkeypatch.setattr(fits, "missing", list)

    def test_who_has_reviewed_enough(self, reviewed, bob, charlie):
        assert refit_due() == [bob.pk]

    def test_nobody_before_that(self, reviewed, monkeypatch):
        monkeypatch.setattr(fits, "MIN_REPEATED", 7)
        assert refit_due() == []

    def test_not_again_until_there_are_a_quarter_more(self, reviewed, bob):
        row = FittedParameters.objects.create(user=bob, reviews=5, loss=0.3, default_loss=0.3)
        assert refit_due() == []
        row.reviews = 4
        row.save()
        assert refit_due() == [bob.pk]

    def test_without_the_optimiser_nothing_is_fitted_and_the_log_says_so(self, reviewed, monkeypatch, caplog):
        monkeypatch.setattr(fits, "missing", lambda: ["torch"])
        with caplog.at_level("INFO"):
            assert refit_due() == []
        assert "torch not installed" in caplog.text

    def test_one_learner_after_the_other(self, reviewed, bob, charlie, monkeypatch):
        fitted, sent = [], []
        monkeypatch.setattr("apps.quizzes.services.refit", lambda *, user_id: fitted.append(user_id))
        monkeypatch.setattr(refit_task, "delay", sent.append)
        refit_task([bob.pk, charlie.pk])
        assert (fitted, sent) == ([bob.pk], [[charlie.pk]])


class TestPage:
    def text(self, client, bob) -> str:
        client.force_login(bob)
        return " ".join(client.get(reverse("learning:reviews")).content.decode().split())

    def test_it_says_how_many_reviews_are_missing(self, reviewed, client, bob):
        assert f"with {MIN_REPEATED} repeated reviews it can be fitted to yours. So far: 6." in self.text(client, bob)

    def test_it_says_that_the_schedule_is_the_learners_own(self, reviewed, client, bob, found):
        found(OWN)
        refit(user_id=bob.pk)
        assert "fitted to 700 of your own reviews" in self.text(client, bob)

    def test_it_says_that_averages_do_better(self, reviewed, client, bob, found):
        found(replace(OWN, parameters=()))
        refit(user_id=bob.pk)
        assert "predict your 700 reviews better than a fit" in self.text(client, bob)

    def test_its_queries_do_not_grow_with_the_cards(self, reviewed, client, bob, django_assert_max_num_queries):
        client.force_login(bob)
        with django_assert_max_num_queries(13):
            client.get(reverse("learning:reviews"))
