"""What each kind of check says about right and wrong values, and that it gives the right ones away to nobody."""

import numpy as np
import pytest

from apps.grading import (
    ArtefactError,
    Close,
    Falling,
    Finding,
    GradingSpec,
    Inputs,
    Parameters,
    Predicate,
    ProbeCall,
    SpecError,
    Tensors,
    values,
)

RIGHT = np.array([1.25, -2.5, 77.125])


def close(**more):
    settings = {"id": "c", "title": "t", "points": 2, "probe": "p", "reference": lambda inputs: RIGHT} | more
    return Close(**settings)


@pytest.mark.parametrize(
    "value",
    [RIGHT, RIGHT + 1e-9, RIGHT.astype(np.float32), RIGHT.tolist(), tuple(RIGHT), [np.array(1.25), -2.5, 77.125]],
)
def test_close_values_have_all_points(value):
    assert close().judge(value, Inputs()).share == 1


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (
            RIGHT + np.array([0, 0, 0.5]),
            "2 of the 3 entries of the result are right; the largest difference is about 0.5.",
        ),
        (RIGHT * 1e300, "the largest difference is about 8e+301"),
    ],
)
def test_wrong_entries_are_counted(value, says):
    found = close().judge(value, Inputs())
    assert found.share == 0
    assert says in found.message


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (None, "None (is a return missing?)"),
        (RIGHT.reshape(3, 1), "should have (3,). There is one side of length 1 too many"),
        (RIGHT[:2], r"has the shape (2,), but should have (3,)"),
        (np.array([1.25, np.nan, np.inf]), "2 of the 3 entries of the result are NaN or infinite"),
        (["a", "b", "c"], "should be numbers, but holds text"),
        ([[1, 2], [3]], "its rows differ in length or kind"),
        ([1, None, 3], "should be numbers, but holds mixed values"),
        ({"a": 1}, "a dict of 1 entries"),
        ("x" * 10**6, "should be numbers, but holds text"),
    ],
)
def test_useless_values_are_explained(value, says):
    with pytest.raises(ArtefactError) as caught:
        close().judge(value, Inputs())
    assert says in str(caught.value)


def test_a_transposed_table_is_recognised():
    check = close(reference=lambda inputs: np.zeros((2, 5)))
    with pytest.raises(ArtefactError, match="It is transposed"):
        check.judge(np.zeros((5, 2)), Inputs())


def test_text_that_numpy_would_blow_up_is_refused():
    """Each entry of an array of text takes the room of the longest: 200,000 entries of a thousand characters."""
    with pytest.raises(ArtefactError, match="too large"):
        close(reference=lambda inputs: np.array(["a"])).judge(["x" * 1000] + ["y"] * 200_000, Inputs())


def test_no_message_tells_a_right_value():
    for value in (RIGHT + 1, RIGHT * 0, np.zeros(2), np.full(3, np.nan)):
        try:
            found = close().judge(value, Inputs())
            told = f"{found.message} {dict(found.compared)}"
        except ArtefactError as error:
            told = str(error)
        assert not any(str(number) in told for number in RIGHT[[0, 2]])


def test_text_and_truth_values_must_be_equal():
    text = close(reference=lambda inputs: np.array(["jazz", "rock"]))
    assert text.judge(["jazz", "rock"], Inputs()).share == 1
    assert text.judge(np.array(["jazz", "pop"]), Inputs()).message == "1 of the 2 entries of the result are right."
    truths = close(reference=lambda inputs: np.array([True, False]))
    assert truths.judge([True, False], Inputs()).share == 1
    assert truths.judge([True, True], Inputs()).share == 0


def test_several_values_are_named_in_messages():
    check = close(reference=lambda inputs: (np.ones(2), 3.0), returns=("w", "b"))
    assert check.judge((np.ones(2), 3.0), Inputs()).share == 1
    assert "The value `b`" in check.judge([[1, 1], 4.0], Inputs()).message
    with pytest.raises(ArtefactError, match="should be 2 values"):
        check.judge(np.ones(3), Inputs())
    with pytest.raises(ArtefactError, match=r"The value `w` has the shape \(3,\)"):
        check.judge((np.ones(3), 3.0), Inputs())


def test_parts_pick_by_place_or_name():
    by_place = close(reference=lambda inputs: (1.0, 2.0), returns=("w", "b"), parts=(0, 1))
    assert by_place.judge((1.0, 2.0, "history"), Inputs()).share == 1
    by_name = close(reference=lambda inputs: (1.0, 2.0), returns=("w", "b"), parts=("w", "b"))
    assert by_name.judge({"b": 2.0, "w": 1.0}, Inputs()).share == 1
    with pytest.raises(ArtefactError, match="has no 'b'"):
        by_name.judge({"w": 1.0}, Inputs())


def test_a_reference_with_too_few_values_is_the_exercises_fault():
    with pytest.raises(SpecError):
        close(reference=lambda inputs: (1.0,), returns=("w", "b")).judge((1.0, 2.0), Inputs())


def falling(**more):
    return Falling(id="f", title="t", points=1, probe="p", **more)


@pytest.mark.parametrize(
    ("losses", "share"),
    [
        (np.linspace(2, 0.1, 50), 1),
        ([2.0, 1.0], 1),
        ([2.0, 1.01], 0),
        ([1.0, 2.0], 0),
        ([1.0] * 20, 0),
        ([-1.0, -5.0], 0),
        ([1e308, 1e308, -1e308, -1e308], 0),
        ([5.0], 0),
        ([], 0),
    ],
)
def test_losses_fall_to_half(losses, share):
    assert falling().judge(losses, Inputs()).share == share


def test_the_number_of_losses_counts():
    assert "at least 10" in falling(at_least=10).judge([2.0, 0.1], Inputs()).message


@pytest.mark.parametrize("losses", [[1.0, float("nan")], [[1.0], [2.0]], "falling", None, 3.0])
def test_what_is_no_list_of_losses_is_refused(losses):
    with pytest.raises(ArtefactError, match="list of losses"):
        falling().judge(losses, Inputs())


@pytest.mark.parametrize(("sizes", "share"), [([(3, 2), (2,)], 1), ([(4, 2), (2,)], 1), ([(1,)], 0), ([(11,)], 0)])
def test_parameters_are_counted(sizes, share):
    model = Tensors({f"w{i}": np.zeros(size) for i, size in enumerate(sizes)})
    found = Parameters(id="n", title="t", points=1, probe="p", at_least=8, at_most=10).judge(model, Inputs())
    assert found.share == share
    assert found.compared["parameters"] == sum(int(np.prod(size)) for size in sizes)


def test_parameters_want_a_model():
    with pytest.raises(ArtefactError, match="should be a torch model"):
        Parameters(id="n", title="t", points=1, probe="p", at_most=10).judge(np.zeros(3), Inputs())


def test_a_predicate_decides_and_must_give_a_finding():
    predicate = Predicate(
        id="c",
        title="t",
        points=1,
        probe="p",
        test=lambda value, inputs: Finding.right("Good.") if values.number(value) > 0 else Finding.wrong("Bad."),
    )
    assert predicate.judge(3, Inputs()).share == 1
    assert predicate.judge(-3, Inputs()).share == 0
    with pytest.raises(ArtefactError):
        predicate.judge("3", Inputs())
    with pytest.raises(SpecError):
        Predicate(id="c", title="t", points=1, probe="p", test=lambda value, inputs: True).judge(3, Inputs())


PROBE = ProbeCall(id="p", target="f")


@pytest.mark.parametrize(
    ("probes", "checks"),
    [
        ((PROBE, PROBE), (close(),)),
        ((PROBE,), (close(), close())),
        ((PROBE,), ()),
        ((PROBE,), (close(points=0),)),
        ((PROBE,), (close(points=float("nan")),)),
        ((PROBE,), (close(probe="q"),)),
        ((PROBE,), (close(id="no/path"),)),
        ((ProbeCall(id="../p", target="f"),), (close(probe="../p"),)),
        ((PROBE,), (Predicate(id="c", title="t", points=1, probe="p", also=("q",), test=lambda v, i: None),)),
    ],
)
def test_specs_that_do_not_fit_together_are_refused(probes, checks):
    with pytest.raises(SpecError):
        GradingSpec(probes=probes, checks=checks)
