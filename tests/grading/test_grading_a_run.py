"""From a folder of artefacts to a report: each check on its own, whose fault is whose, and the same every time."""

import numpy as np
import pytest

from apps.grading import (
    ArtefactError,
    Close,
    Finding,
    GradingSpec,
    Inputs,
    Predicate,
    ProbeCall,
    SpecError,
    grade,
    write_inputs,
)
from apps.runner.contract import HiddenInput


def draw(rng):
    return Inputs(
        given={"x": rng.normal(size=5)},
        tensors={"t": rng.normal(size=(2, 2)).astype(np.float32)},
        tables={"rows": {"age": rng.normal(size=3), "name": np.array(["a", "b", "c"])}},
        values={"rate": float(rng.uniform())},
        hidden={"answer": rng.normal(size=5)},
    )


def spec(*checks, probes=None):
    double = Close(
        id="double",
        title="Twice as much",
        points=3,
        probe="double",
        reference=lambda inputs: 2 * inputs["x"],
        hint="Add it to itself.",
    )
    probes = probes or (ProbeCall(id="double", target="double", args=("$x",)),)
    return GradingSpec(inputs=draw, probes=probes, checks=checks or (double,))


def test_a_right_answer_has_its_points(artefacts):
    artefacts.array("double", 2 * spec().draw(7)["x"])
    report = grade(spec(), seed=7, artefacts=artefacts.folder)
    assert (report.score, report.max_score, report.passed) == (3, 3, True)
    assert report.checks[0].hint == ""


def test_the_answer_to_another_seed_has_none(artefacts):
    artefacts.array("double", 2 * spec().draw(8)["x"])
    report = grade(spec(), seed=7, artefacts=artefacts.folder)
    assert (report.score, report.passed) == (0, False)
    assert report.checks[0].hint == "Add it to itself."


def test_the_same_seed_and_artefacts_give_the_same_report(artefacts):
    artefacts.array("double", np.arange(5.0))
    assert grade(spec(), seed=7, artefacts=artefacts.folder) == grade(spec(), seed=7, artefacts=artefacts.folder)


@pytest.mark.parametrize("large", [2**62, 2**63 - 1])
def test_seeds_as_large_as_the_database_keeps_them(artefacts, large):
    assert grade(spec(), seed=large, artefacts=artefacts.folder).score == 0


def test_without_any_artefacts_nothing_passes(tmp_path):
    report = grade(spec(), seed=7, artefacts=tmp_path / "nowhere")
    assert report.score == 0
    assert report.checks[0].message == "The run left no result for `double`."


@pytest.mark.parametrize(
    ("status", "says"),
    [
        ("missing", "The notebook doesn't define `double`."),
        ("raised", "Calling `double` raised ValueError: no"),
        ("timed_out", "took longer than the 10 s"),
        ("too_large", "too large"),
        ("unsupported", "of a type that can't be compared"),
    ],
)
def test_a_probe_without_a_value_says_why(artefacts, status, says):
    artefacts.failed("double", status)
    report = grade(spec(), seed=7, artefacts=artefacts.folder)
    assert report.score == 0
    assert says in report.checks[0].message


def both(test):
    return Predicate(id="both", title="t", points=1, probe="one", also=("two",), test=test)


PAIR = (ProbeCall(id="one", target="one"), ProbeCall(id="two", target="two"))


def test_a_check_of_two_probes_needs_both(artefacts):
    adds = spec(both(lambda found, inputs: Finding.right(f"{found[0]} and {found[1]}")), probes=PAIR)
    artefacts.tree("one", 1)
    assert grade(adds, seed=0, artefacts=artefacts.folder).checks[0].message == "The run left no result for `two`."
    artefacts.tree("two", 2)
    assert grade(adds, seed=0, artefacts=artefacts.folder).checks[0].message == "1 and 2"


def raises(error):
    def test(value, inputs):
        raise error

    return test


@pytest.mark.parametrize("error", [ZeroDivisionError("x"), KeyError("x"), SpecError("x"), RecursionError("x")])
def test_an_authors_mistake_is_a_fault_of_the_exercise(artefacts, error):
    artefacts.tree("one", 1)
    artefacts.tree("two", 2)
    with pytest.raises(SpecError, match="x"):
        grade(spec(both(raises(error)), probes=PAIR), seed=0, artefacts=artefacts.folder)


def test_a_learners_mistake_is_a_failed_check(artefacts):
    artefacts.tree("one", 1)
    artefacts.tree("two", 2)
    report = grade(
        spec(both(raises(ArtefactError("Not like that.\x00"))), probes=PAIR), seed=0, artefacts=artefacts.folder
    )
    assert report.checks[0].message == "Not like that."


@pytest.mark.parametrize(
    "finding", [Finding(1.5, "x"), Finding(-0.1, "x"), Finding(float("nan"), "x"), Finding(1, "x", {"y": np.nan}),
                Finding(1, "x", {"y": np.zeros(2)})],
)  # fmt: skip
def test_findings_that_can_not_be_stored_are_a_fault_of_the_exercise(artefacts, finding):
    artefacts.tree("one", 1)
    artefacts.tree("two", 2)
    with pytest.raises(SpecError):
        grade(spec(both(lambda value, inputs: finding), probes=PAIR), seed=0, artefacts=artefacts.folder)


def test_drawing_that_fails_is_a_fault_of_the_exercise(tmp_path):
    def broken(rng):
        return 1 / 0

    probes, checks = spec().probes, spec().checks
    with pytest.raises(SpecError, match="division by zero"):
        grade(GradingSpec(inputs=broken, probes=probes, checks=checks), seed=0, artefacts=tmp_path)
    with pytest.raises(SpecError, match="no Inputs"):
        GradingSpec(inputs=lambda rng: {}, probes=probes, checks=checks).draw(0)
    with pytest.raises(SpecError, match=r"\$x"):
        GradingSpec(probes=probes, checks=checks).draw(0)


def test_a_probe_can_not_ask_for_what_is_hidden():
    asks = (ProbeCall(id="double", target="double", kwargs={"y": "$answer"}),)
    with pytest.raises(SpecError, match=r"\$answer"):
        spec(*spec().checks, probes=asks).draw(0)


def test_nothing_hidden_is_written_or_described(tmp_path):
    drawn = spec().draw(3)
    assert drawn.for_learner() == (
        HiddenInput(name="x", kind="array"),
        HiddenInput(name="t", kind="tensor"),
        HiddenInput(name="rows", kind="table", columns=("age", "name")),
        HiddenInput(name="rate", kind="json", value=drawn["rate"]),
    )
    write_inputs(drawn, tmp_path / "inputs.npz")
    with np.load(tmp_path / "inputs.npz", allow_pickle=False) as stored:
        assert set(stored.files) == {"x", "t", "rows/age", "rows/name"}
        np.testing.assert_array_equal(stored["rows/age"], drawn["rows"]["age"])
        assert stored["t"].dtype == np.float32


@pytest.mark.parametrize(
    "wrong",
    [
        {"given": {"x": np.ones(2)}, "hidden": {"x": 1}},
        {"given": {"x": [1, 2]}},
        {"given": {"x": np.array([object()])}},
        {"tables": {"t": {"a": np.ones(2), "b": np.ones(3)}}},
        {"tables": {"t": {"a": np.ones((2, 2))}}},
        {"values": {"v": float("nan")}},
        {"values": {"v": np.ones(2)}},
    ],
)
def test_inputs_that_can_not_travel_are_refused(wrong):
    with pytest.raises(SpecError):
        Inputs(**wrong)
