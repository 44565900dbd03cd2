"""Pictures are sound SVG that a strict content security policy lets through, whatever the values."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from apps.grading import plots
from apps.grading.drawing import axes

FINITE = st.floats(allow_nan=False, allow_infinity=False)
PAIRS = st.integers(1, 30).flatmap(
    lambda n: st.tuples(arrays(float, n, elements=FINITE), arrays(float, n, elements=FINITE))
)
ELEMENTS = {"svg", "title", "circle", "line", "path", "polyline", "rect", "text", "image"}
PICTURE = re.compile(r"data:image/png;base64,[A-Za-z0-9+/]+=*")
COLOUR = re.compile(r"currentColor|none")


def check(plot):
    """Parses, holds only known elements, no style or script, only currentColor, numbers that are numbers.

    The one reference is that of a picture to its own bytes.
    """
    root = ET.fromstring(plot.svg)
    for node in root.iter():
        assert node.tag.removeprefix("{http://www.w3.org/2000/svg}") in ELEMENTS
        for name, value in node.attrib.items():
            assert name != "style"
            assert not name.startswith("on")
            if "href" in name:
                assert (node.tag.rpartition("}")[2], name) == ("image", "href")
                assert PICTURE.fullmatch(value)
                continue
            assert "nan" not in value
            assert "inf" not in value
            if name in ("fill", "stroke"):
                assert COLOUR.fullmatch(value)
    assert root.attrib["role"] == "img"
    assert plot.alt
    return root


@given(PAIRS)
def test_scatter_of_anything(pair):
    root = check(plots.scatter("euros")(*pair))
    for mark in root.iter("{http://www.w3.org/2000/svg}circle"):
        assert 0 <= float(mark.attrib["cx"]) <= plots.WIDTH
        assert 0 <= float(mark.attrib["cy"]) <= plots.HEIGHT


@given(arrays(float, st.integers(1, 30), elements=FINITE))
def test_loss_curve_of_anything(losses):
    check(plots.loss_curve(losses))


def test_no_losses_no_picture():
    assert plots.loss_curve(np.array([])).svg == ""


@given(st.lists(st.tuples(st.integers(0, 2), FINITE), min_size=1, max_size=20))
def test_confusion_of_anything(pairs):
    truth, predicted = (np.array(side) for side in zip(*pairs, strict=True))
    check(plots.confusion(range(3))(truth, predicted))


def test_labels_are_text_and_never_markup():
    labels = ["<b>", '"&']
    root = check(plots.confusion(labels)(np.array(labels), np.array(labels)))
    assert "<b>" in [node.text for node in root.iter()]


def test_the_confusion_in_words():
    truth, predicted = np.array([4, 4, 4, 9, 9]), np.array([4, 9, 9, 9, 4])
    alt = plots.confusion([4, 9])(truth, predicted).alt
    assert "2 of 5 predictions are right" in alt
    assert "4 taken for 9 (2 times), 9 taken for 4 (1 times)" in alt


def test_large_pictures_are_thinned_out_the_same_way_each_time():
    values = np.arange(100_000.0)
    first, second = plots.scatter()(values, values), plots.scatter()(values, values)
    assert first == second
    assert len(first.svg) < 60_000


@pytest.mark.parametrize("count", [1, 2, 400, 401])
def test_as_many_points_as_there_are_up_to_400(count):
    root = check(plots.scatter()(np.arange(count), np.arange(count)))
    assert len(list(root.iter("{http://www.w3.org/2000/svg}circle"))) == min(count, 400)


@pytest.mark.parametrize(
    ("ends", "told"),
    [
        ((0.000144, 0.201), ("0", "0.201")),
        ((-1e-9, 3.0), ("0", "3")),
        ((0.413, 0.0164)[::-1], ("0.016", "0.413")),
        ((-0.07, 11.5), ("-0.1", "11.5")),
        ((4810.0, 4812.0), ("4.81e+03", "4.81e+03")),
    ],
)
def test_the_ends_of_an_axis_are_no_finer_than_the_axis_shows(ends, told):
    drawn = axes(ends, ends, "step", "loss")
    assert re.findall(r">(-?[\d.e+-]+)</text>", drawn) == [*told, *told]
