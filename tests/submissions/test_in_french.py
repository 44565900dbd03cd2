"""What grader, runner and a run's moves said is shown in the reader's language, though it is stored in English."""

import ast
import re
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings
from django.utils import translation

from apps.grading import Close, Falling, Inputs, Relative
from apps.grading.curves import lines, path
from apps.grading.errors import ArtefactError
from apps.grading.metrics import RMSE
from apps.grading.pictures import beside
from apps.grading.plots import confusion, loss_curve, scatter
from apps.submissions import messages
from apps.submissions.said import drawn, figure, refused, said
from apps.submissions.sentences import PHRASES, SENTENCES
from apps.submissions.validation import UploadRefused, read_notebook

NNBSP = "\u202f"


@pytest.fixture(autouse=True)
def in_french():
    with translation.override("fr"):
        yield


def fragments(folder: str, *calls: str) -> set[str]:
    """The literal sentences that are given to `calls` below a folder, each with 7 in the place of what is filled in."""
    found = set()
    for file in sorted((Path(settings.BASE_DIR) / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _called(node) in calls:
                given = [*node.args, *(one.value for one in node.keywords if one.arg in {"why", "reason"})]
                found |= {_filled(one) for one in given if isinstance(one, ast.JoinedStr | ast.Constant)} - {""}
    return {one for one in found if re.match(r"[A-Z7].* ", one)}


def _called(node: ast.Call) -> str:
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def _filled(node: ast.JoinedStr | ast.Constant) -> str:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    return "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in node.values)


def known(text: str) -> bool:
    """Whether a sentence is in the list, whatever stands in the places of either."""
    places = re.compile(r"%\(\w+\)s")
    listed = [places.sub("7", sentence) for sentence in (*SENTENCES, *messages.REASONS.values())]
    return any(_fits(text, shape) or _fits(shape, text) for shape in listed)


def _fits(text: str, shape: str) -> bool:
    return bool(re.fullmatch(re.escape(shape).replace("7", ".+"), text))


@pytest.mark.parametrize("text", sorted(fragments("apps/grading", "ArtefactError", "right", "wrong")))
def test_each_sentence_of_the_grader_is_in_the_list(text):
    assert known(text)


@pytest.mark.parametrize("text", sorted(fragments("apps/submissions/services", "move", "create")))
def test_so_is_each_move(text):
    assert known(text)


@pytest.mark.parametrize("text", sorted(fragments("apps/runner", "stop", "expect")))
def test_so_is_each_reason_of_the_runner(text):
    assert known(text)


@pytest.mark.parametrize("text", [*SENTENCES, *PHRASES, *messages.UPLOAD.values(), *messages.REVIEW.values()])
def test_each_of_them_is_translated(text):
    told = translation.gettext(text)
    assert told != text or text in SAME
    assert set(re.findall(r"%\(\w+\)s|\{\w+\}", told)) == set(re.findall(r"%\(\w+\)s|\{\w+\}", text))


SAME = {"RMSE", "R²", "Point"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("It agrees with the reference.", "Cela concorde avec la référence."),
        (
            "3 of the 4 entries of the result are right; the largest difference is about 0.2.",
            f"Entrées justes dans le résultat{NNBSP}: 3 sur 4{NNBSP}; l’écart le plus grand est d’environ 0,2.",
        ),
        (
            "The value `w` has the shape (3,), but should have (4,). It is transposed.",
            "La valeur `w` a la forme (3,), mais devrait avoir (4,). C’est transposé.",
        ),
        (
            "Your accuracy is 97.7%; the baseline has 10.0%, the reference model 98.0%. "
            "You beat the reference: well done!",
            f"Votre exactitude est de 97,7{NNBSP}%{NNBSP}; la base a 10,0{NNBSP}%, le modèle de référence "
            f"98,0{NNBSP}%. Vous dépassez la référence{NNBSP}: bravo.",
        ),
        ("Calling `f` raised ValueError: It is transposed.", "L’appel de `f` a levé ValueError: It is transposed."),
        (
            "Our fault, trying again: Our system could not get the exercise ready.",
            f"Notre faute, nouvel essai{NNBSP}: Notre système n’a pas pu préparer l’exercice.",
        ),
        ("a list of 12 values", "une liste de 12 valeurs"),
        ("(any, 3)", "(quelconque, 3)"),
        ("4,810", f"4{NNBSP}810"),
        ("-0.25 to 1e-05", "-0,25 à 1e-05"),
    ],
)
def test_sentences_are_said_in_french(text, shown):
    assert said(text) == shown


@pytest.mark.parametrize(
    "text", ["", "Your function forgets the bias.", "It is transposed. Says who?", "1.2.3", "went to school"]
)
def test_what_is_not_ours_stays_as_it_is(text):
    assert said(text) == text


def test_what_an_author_calls_a_value_leaves_the_whole_sentence_in_one_language():
    text = "The mask of the first picture is NaN or infinite."
    assert said(text) == text


@pytest.mark.parametrize(
    ("text", "shown"), [("97.7%", f"97,7{NNBSP}%"), ("1,234.5", f"1{NNBSP}234,5"), ("v1.2", "v1.2")]
)
def test_numbers_are_written_as_the_reader_writes_them(text, shown):
    assert figure(text) == shown


def test_in_english_nothing_changes():
    with translation.override("en-gb"):
        assert said("a list of 3 values") == "a list of 3 values"
        assert drawn("<text>yours</text>") == "<text>yours</text>"


ONES = np.ones(4)
CHECKS = [
    Close(id="a", title="", points=1, probe="p", reference=lambda inputs: ONES),
    Close(id="a", title="", points=1, probe="p", reference=lambda inputs: (ONES, ONES), returns=("w", "b")),
    Close(id="a", title="", points=1, probe="p", reference=lambda inputs: np.array(["x", "y"])),
    Relative(
        id="a", title="", points=1, probe="p", metric=RMSE, truth=lambda inputs: ONES, baseline=2.0, reference=1.0
    ),
    Falling(id="a", title="", points=1, probe="p"),
]
VALUES = [None, 1.0, True, "text", ONES, 2 * ONES, np.ones((4, 1)), np.array([1, np.nan, 1, 1]), [1, 2], [[1], [2, 3]],
          (ONES, 2 * ONES), {"a": 1}, np.array(["x", "z"]), [3.0, 2.0, 0.5], np.array([True, False])]  # fmt: skip


@pytest.mark.parametrize("value", VALUES, ids=str)
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: type(check).__name__)
def test_nothing_that_a_check_says_is_left_in_english(check, value):
    try:
        message = check.judge(value, Inputs()).message
    except ArtefactError as error:
        message = str(error)
    assert said(message) != message
    for kinds in check.kinds(value, Inputs()):
        for row in kinds.rows:
            assert said(row.what) != row.what or row.what == "NaN"
            for text in (row.expected, row.yours):
                assert said(text) != text or not re.search(r"[a-z]{4}", text.replace("float64", "")), text


PICTURES = [
    scatter("rentals")(ONES * [1, 2, 3, 4], ONES * [1, 2, 4, 9]),
    loss_curve(np.array([3.0, 2.0, 0.5]), goal=1.0),
    confusion(["cat", "dog"])(np.array(["cat", "dog", "dog"]), np.array(["dog", "dog", "cow"])),
    lines("step", "loss")(ONES, 2 * ONES),
    path("w₁", "w₂")(np.ones((3, 2)), np.zeros((4, 2))),
    beside()(np.ones((4, 4)), np.zeros((4, 4))),
]


@pytest.mark.parametrize("plot", PICTURES, ids=lambda plot: plot.alt[:20])
def test_nothing_on_a_picture_is_left_in_english(plot):
    assert said(plot.alt) != plot.alt
    texts = re.findall(r"<(?:text|title)\b[^>]*>([^<]*)<", drawn(plot.svg))
    assert not {"yours", "reference", "loss", "step", "other", "prediction", "over"} & set(" ".join(texts).split())
    assert all(said(column) != column or column in {"Point"} for column in plot.columns)


def test_coordinates_of_a_picture_keep_their_points():
    svg = loss_curve(np.array([3.5, 2.5])).svg
    assert re.sub(r">[^<]*<", "><", drawn(svg)) == re.sub(r">[^<]*<", "><", svg)
    assert ">3,5<" in drawn(svg)


def test_words_on_a_picture_stay_escaped():
    assert drawn("<text>a &lt;b&gt; (1.5)</text>") == "<text>a &lt;b&gt; (1.5)</text>"


def test_why_a_file_is_refused_is_said_in_french():
    with pytest.raises(UploadRefused) as caught:
        read_notebook(b'{"nbformat": 4}', exercise="x", limit_mb=20)
    assert "pas de liste de cellules" in refused(caught.value)
    assert "it has no list of cells" in str(caught.value)


def test_so_is_its_size():
    assert f"fait plus de 20 Mo{NNBSP};" in refused(UploadRefused("too-large", size="more than 20 MB", limit="20 MB"))
