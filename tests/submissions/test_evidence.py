"""Hand-ins as evidence of mastery."""

import pytest

from apps.catalog.models import Concept
from apps.quizzes.evidence import mastery_of
from apps.quizzes.mastery import Standing
from apps.submissions.constants import Verdict
from apps.submissions.models import Run
from tests.submissions.conftest import age


@pytest.fixture
def concept(exercise):
    concept = Concept.objects.create(slug="doubling", title="Doubling", summary="Twice as much.")
    exercise.concepts.add(concept)
    return concept.pk


def test_a_full_score_makes_a_concept_grow(desk, bob, concept):
    desk.done(bob)
    assert mastery_of(bob)[concept].standing == Standing.GROWING


def test_none_of_the_points_leave_it_shaky(desk, bob, concept):
    desk.done(bob, points=(0, 0))
    assert mastery_of(bob)[concept].standing == Standing.SHAKY


def test_the_latest_hand_in_counts(desk, bob, concept):
    desk.done(bob, points=(0, 0))
    before = mastery_of(bob)[concept]
    desk.done(bob)
    after = mastery_of(bob)[concept]
    assert after.value > before.value
    assert after.standing == Standing.GROWING


def test_an_early_hand_in_that_a_regrade_ran_last_is_still_early(desk, bob, concept):
    early = desk.done(bob, points=(0, 0))
    desk.done(bob)
    before = mastery_of(bob)[concept].value
    age(early, finished_at=-60)
    assert mastery_of(bob)[concept].value == pytest.approx(before, rel=1e-3)


def test_our_fault_says_nothing(desk, bob, concept):
    desk.done(bob)
    Run.objects.update(verdict=Verdict.PLATFORM_ERROR)
    assert concept not in mastery_of(bob)


def test_it_costs_two_queries_more(desk, bob, concept, django_assert_num_queries):
    for _ in range(3):
        desk.done(bob)
    with django_assert_num_queries(3):
        mastery_of(bob)
