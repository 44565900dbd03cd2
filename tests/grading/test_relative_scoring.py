"""Points between a baseline and a reference: never below 0 or above all, and better work never has fewer."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from apps.grading import ACCURACY, R2, RMSE, ArtefactError, Inputs, Relative, SpecError
from apps.grading.checks import relative_share
from apps.grading.plots import confusion, scatter

FINITE = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e100, max_value=1e100)
TRUTH = np.array([1.0, 2.0, 3.0, 4.0])
ALTERNATING = TRUTH + np.array([0.1, -0.1, 0.1, -0.1])
HALF_OFF = TRUTH + np.array([0.5, 0.5, -0.5, -0.5])  # R² is 0.8


@given(st.floats(), FINITE, FINITE, st.booleans())
def test_a_share_is_between_nothing_and_all(metric, baseline, target, higher):
    assume(target > baseline if higher else target < baseline)
    assert 0 <= relative_share(metric, baseline, target, higher_is_better=higher) <= 1


@given(FINITE, FINITE, FINITE, FINITE, st.booleans())
def test_better_never_has_fewer_points(one, other, baseline, target, higher):
    assume(target > baseline if higher else target < baseline)
    worse, better = sorted((one, other), reverse=not higher)
    assert relative_share(worse, baseline, target, higher_is_better=higher) <= relative_share(
        better, baseline, target, higher_is_better=higher
    )


@pytest.mark.parametrize("higher", [True, False])
def test_the_ends_of_the_scale(higher):
    low, high = (0.5, 0.9) if higher else (0.9, 0.5)
    assert relative_share(low, low, high, higher_is_better=higher) == 0
    assert relative_share(high, low, high, higher_is_better=higher) == 1
    assert relative_share(0.7, low, high, higher_is_better=higher) == pytest.approx(0.5)
    assert relative_share(math.nan, low, high, higher_is_better=higher) == 0


@pytest.mark.parametrize(("baseline", "target"), [(0.9, 0.5), (0.5, 0.5), (math.nan, 1), (0, math.inf)])
def test_a_reference_that_is_not_better_is_the_exercises_fault(baseline, target):
    with pytest.raises(SpecError):
        relative_share(0.7, baseline, target, higher_is_better=True)


def relative(**more):
    settings = {
        "id": "r",
        "title": "t",
        "points": 4,
        "probe": "p",
        "metric": R2,
        "truth": lambda inputs: TRUTH,
        "baseline": lambda inputs: np.full(4, TRUTH.mean()),
        "reference": 0.9,
    }
    return Relative(**(settings | more))


def test_figures_and_predictions_may_both_be_the_yardstick():
    found = relative(reference=lambda inputs: ALTERNATING).judge(TRUTH, Inputs())
    assert found.share == 1
    assert found.compared["yours"] == 1
    assert found.compared["baseline"] == 0
    assert found.compared["reference"] == pytest.approx(0.992)


def test_partial_points():
    found = relative().judge(HALF_OFF, Inputs())
    assert found.share == pytest.approx(0.8 / 0.9)


def test_slack_gives_all_points_a_little_below_the_reference():
    value = HALF_OFF
    assert relative(slack=0.1).judge(value, Inputs()).share == 1
    rmse = relative(metric=RMSE, reference=0.45, slack=0.05)
    assert rmse.judge(value, Inputs()).share == 1
    assert rmse.judge(TRUTH + 1, Inputs()).share < 1


def test_beating_the_reference_is_celebrated_and_scores_no_more():
    found = relative().judge(TRUTH, Inputs())
    assert found.share == 1
    assert "You beat the reference" in found.message
    assert "beat" not in relative(slack=0.2).judge(HALF_OFF, Inputs()).message
    lower = relative(metric=RMSE, reference=0.3)
    assert "You beat the reference" in lower.judge(TRUTH + 0.1, Inputs()).message


@pytest.mark.parametrize("value", [TRUTH * 1e200, -TRUTH * 1e307, np.full(4, 1e308)])
def test_wild_predictions_have_no_points_and_a_picture(value):
    found = relative(plot=scatter()).judge(value, Inputs())
    assert found.share == 0
    assert "nan" not in found.plot.svg
    assert "inf" not in found.plot.svg


@pytest.mark.parametrize("value", [TRUTH[:3], TRUTH.reshape(4, 1), [1, 2, 3, math.nan], "1234", None])
def test_what_can_not_be_measured_is_explained(value):
    with pytest.raises(ArtefactError):
        relative().judge(value, Inputs())


def test_scores_are_converted_to_labels():
    labels = np.array([0, 1, 2, 1])
    check = relative(
        metric=ACCURACY,
        truth=lambda inputs: labels,
        shape=(4, 3),
        convert=lambda scores: scores.argmax(axis=1),
        baseline=lambda inputs: np.zeros(4, int),
        reference=1.0,
        plot=confusion(range(3)),
    )
    found = check.judge(np.eye(3)[labels], Inputs())
    assert found.share == 1
    assert found.compared["yours"] == 1
    with pytest.raises(ArtefactError, match=r"should have \(4, 3\)"):
        check.judge(labels, Inputs())


def test_labels_may_be_text():
    genres = np.array(["jazz", "rock", "rock"])
    check = relative(metric=ACCURACY, truth=lambda inputs: genres, baseline=0.0, reference=1.0)
    assert check.judge(["jazz", "rock", "pop"], Inputs()).share == pytest.approx(2 / 3)
    with pytest.raises(ArtefactError, match="should be text"):
        check.judge([1, 2, 3], Inputs())
