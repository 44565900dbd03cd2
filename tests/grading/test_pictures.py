"""Lines and pictures beside the reference's, whatever the learner's values are."""

import base64
import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from PIL import Image

from apps.grading import curves, pictures
from tests.grading.test_plots import check

ANY = st.floats(width=64)
LINES = arrays(float, st.integers(0, 40), elements=ANY)
PICTURES = arrays(float, array_shapes(min_dims=0, max_dims=5, min_side=0, max_side=5), elements=ANY)
LINE = np.sin(np.arange(25.0))
SCENES = np.random.default_rng(0).uniform(size=(6, 3, 8, 8))


@given(LINES | PICTURES)
def test_lines_of_anything(learner):
    plot = curves.lines("step", "loss")(LINE, learner)
    if learner.ndim == 1:
        check(plot)
    else:
        assert plot.svg == ""


@given(PICTURES)
def test_ways_of_anything(learner):
    plot = curves.path("w₁", "w₂")(np.column_stack([LINE, LINE**2]), learner)
    if plot.svg:
        check(plot)


@settings(max_examples=50)
@given(PICTURES, st.sampled_from([SCENES, SCENES[0, 0], SCENES[:, 0], np.zeros((2, 4))]))
def test_pictures_of_anything(learner, right):
    plot = pictures.beside()(right, learner)
    if plot.svg:
        check(plot)


def test_lines_that_lie_on_each_other_and_lines_that_part():
    assert "They lie on each other" in curves.lines("step", "loss")(LINE, LINE).alt
    plot = curves.lines("step", "loss")(LINE, np.where(np.arange(25) < 7, LINE, LINE + 1))
    assert "They part at entry 7" in plot.alt
    assert plot.columns == ("Step", "Yours", "Reference")
    assert plot.rows[0] == (0, 0.0, 0.0)
    assert len(plot.rows) <= 12


def test_a_shorter_line_says_so():
    plot = curves.lines("step", "loss")(LINE, LINE[:24])
    assert "Yours has 24 entries, the reference 25." in plot.alt
    assert plot.rows[-1][1] == "–"


def test_a_gap_parts_a_line():
    broken = LINE.copy()
    broken[10] = np.nan
    assert curves.lines("step", "loss")(LINE, broken).svg.count('<polyline class="plot-line"') == 3  # one in the legend
    assert "1 of your values are NaN or infinite" in curves.lines("step", "loss")(LINE, broken + 1).alt


def decoded(plot):
    found = [node.attrib["href"] for node in check(plot).iter("{http://www.w3.org/2000/svg}image")]
    prefix = "data:image/png;base64,"
    return [np.asarray(Image.open(io.BytesIO(base64.b64decode(one.removeprefix(prefix))))) for one in found]


def test_the_pixels_arrive():
    yours, right, difference = decoded(pictures.beside(0, 1)(np.eye(4), np.zeros((4, 4))))
    assert (right[..., 0] == np.eye(4) * 255).all()
    assert (yours == 0).all()
    blue = difference[0, 0]
    assert blue[2] > blue[0], "what is missing is blue"
    assert (difference[0, 1] == pictures.SAME.astype(np.uint8)).all()


def test_colours_and_at_most_four_rows():
    assert len(decoded(pictures.beside(0, 1)(SCENES, SCENES))) == 3 * pictures.MOST_PICTURES
    (first, *_) = decoded(pictures.beside(0, 1)(SCENES, SCENES))
    assert first.shape == (8, 8, 3)
    assert first[0, 0, 1] == int(SCENES[0, 1, 0, 0] * 255)


def test_what_is_not_a_number_has_a_colour_of_its_own():
    yours, _, difference = decoded(pictures.beside(0, 1)(np.zeros((2, 2)), np.array([[np.nan, 0], [np.inf, 1]])))
    assert tuple(yours[0, 0]) == tuple(difference[1, 0]) == pictures.NOT_A_NUMBER


def test_pictures_of_other_sizes_have_no_difference():
    plot = pictures.beside()(np.eye(4), np.eye(6))
    assert len(decoded(plot)) == 2
    assert "Their sizes differ" in plot.alt


def test_large_pictures_are_thinned_out():
    plot = pictures.beside()(np.random.default_rng(0).uniform(size=(500, 700)), np.zeros((500, 700)))
    assert max(decoded(plot)[0].shape) <= pictures.MOST_PIXELS
    assert len(plot.svg) < 60_000


@pytest.mark.parametrize(
    "learner", [np.zeros((0, 3)), np.zeros(5), np.array(1.0), np.array(["a"]), np.zeros((2, 2, 4, 4))]
)
def test_what_is_no_picture_is_not_drawn(learner):
    assert pictures.beside()(np.eye(4), learner).svg == ""


def test_a_gallery_shows_what_it_is_given():
    plot = pictures.gallery(("seen", "mask"), (SCENES, SCENES[:, :1]), "Four scenes", low=0, high=1)
    assert len(decoded(plot)) == 8
    assert plot.alt == "Four scenes"
