"""The measures, against scikit-learn's and against figures worked out by hand."""

import numpy as np
import pytest
from sklearn import metrics as sklearn_metrics

from apps.grading import ACCURACY, R2, RMSE
from apps.grading.metrics import accuracy, confusion_matrix, r2, rmse


@pytest.fixture
def pair():
    rng = np.random.default_rng(1)
    truth = rng.normal(size=50)
    return truth, truth + rng.normal(size=50)


def test_as_scikit_learn_measures(pair):
    assert rmse(*pair) == pytest.approx(sklearn_metrics.root_mean_squared_error(*pair))
    assert r2(*pair) == pytest.approx(sklearn_metrics.r2_score(*pair))
    labels, guesses = (np.round(side).astype(int) for side in pair)
    assert accuracy(labels, guesses) == pytest.approx(sklearn_metrics.accuracy_score(labels, guesses))


def test_by_hand():
    assert rmse(np.array([1, 2]), np.array([1, 4])) == pytest.approx(np.sqrt(2))
    assert r2(np.array([1, 3]), np.array([2, 2])) == 0
    assert accuracy(np.array(["a", "b"]), np.array(["a", "c"])) == 0.5


def test_r2_of_a_constant_truth_is_not_defined():
    with pytest.raises(ValueError, match="constant"):
        r2(np.ones(3), np.ones(3))


def test_confusion_counts_rows_by_truth_and_strangers_last():
    counts = confusion_matrix(np.array(["a", "a", "b", "b"]), np.array(["a", "b", "b", "z"]), ["a", "b"])
    assert counts.tolist() == [[1, 1, 0], [0, 1, 1]]


def test_figures_are_shown_as_people_read_them():
    assert ACCURACY.show(0.8349) == "83.5%"
    assert R2.show(-0.0001) == "0.000"
    assert RMSE.show(1234.5) == "1.23e+03"
