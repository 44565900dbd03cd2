"""Files of quizzes: what is wrong is named with its line, and with what to do about it."""

from __future__ import annotations

import json
import re

import pytest

from apps.catalog.curriculum import CurriculumError
from apps.quizzes.kinds import KINDS
from apps.quizzes.loading import load_quizzes, read_quiz
from apps.quizzes.soundness import SEEDS, picture_size
from apps.quizzes.variants import vary
from tests.quizzes.conftest import FORMAT, HEADER, SINGLE, SVG

NUMERIC = """\
  - id: how-many
    kind: numeric
    level: beginner
    concepts: [decision-tree]
    prompt: How many?
    answer: 4
    compute: 2 + 2
    explanation: Four.
"""
HOTSPOT = """\
  - id: where
    kind: hotspot
    level: beginner
    concepts: [decision-tree]
    prompt: Where?
    picture: {file: tree.svg, alt: A tree.}
    regions:
      - {name: Root, circle: [50, 50, 20], right: true}
      - {name: Leaf, rectangle: [100, 100, 20, 20], why: Leaves are at the end.}
    explanation: At the top.
"""


def problems(path, curriculum=None) -> str:
    with pytest.raises(CurriculumError) as caught:
        load_quizzes(path.parents[2], curriculum) if curriculum else read_quiz(path)
    return str(caught.value)


def test_a_sound_quiz_is_read(write, curriculum, notebooks):
    write(SINGLE, NUMERIC)
    (quiz,) = load_quizzes(notebooks, curriculum)
    assert (quiz.slug, quiz.track, quiz.feedback, quiz.layout) == ("trees", "regression", "immediate", "one")
    assert [question.id for question in quiz.questions] == ["what-splits", "how-many"]


def test_quizzes_come_in_the_order_of_the_tracks_sections_and_positions(write, curriculum, notebooks):
    write(SINGLE, name="late", header=HEADER.replace("position: 1", "position: 2"))
    write(SINGLE, name="early")
    write(
        SINGLE,
        name="scratch",
        header=HEADER.replace("first-steps", "from-scratch").replace("position: 1", "position: 0"),
    )
    write(SINGLE, name="whole", track="course", header=HEADER.replace("first-steps", "the-course"))
    assert [quiz.slug for quiz in load_quizzes(notebooks, curriculum)] == ["whole", "early", "late", "scratch"]


def test_the_documentation_shows_every_kind(examples):
    assert [question.kind for question in examples.questions] == list(KINDS)


def test_a_question_is_the_same_after_it_was_stored_as_json(examples):
    for question in examples.questions:
        stored = json.dumps(question.model_dump(by_alias=True, exclude_none=True, mode="json"))
        assert KINDS[question.kind].model_validate(json.loads(stored)) == question


def test_every_key_is_documented():
    text = FORMAT.read_text(encoding="utf-8")
    keys = {field.alias or name for model in KINDS.values() for name, field in model.model_fields.items()}
    assert [key for key in sorted(keys) if not re.search(rf"\b{key}\b", text)] == []


@pytest.mark.parametrize(
    ("old", "new", "line", "advice"),
    [
        ("kind: single", "kind: singel", 7, "There is no kind 'singel'. Use one of: single, multiple"),
        ("    kind: single\n", "", 6, "The key 'kind' is missing"),
        (
            "level: beginner",
            "levle: beginner",
            8,
            "Unknown key 'levle', or did you mean 'level'. Known keys here: concepts",
        ),
        (
            "level: beginner",
            "level: easy",
            8,
            "'easy' is no level. Use one of: 'beginner', 'intermediate' or 'advanced'",
        ),
        ("id: what-splits", "id: What splits", 6, "'What splits' is no slug"),
        ("concepts: [decision-tree]", "concepts: []", 9, "concepts"),
        ("why: A node looks at one.", "rihgt: false, why: x", 13, "Unknown key 'rihgt', or did you mean 'right'"),
        (", why: A node looks at one.", "", 6, "The wrong option 'All features' says not why it is wrong"),
        ("why: A node looks at one.", "right: true", 6, "2 options are right. Mark exactly one"),
        ("text: All features", "text: One feature", 6, "Two of the options read the same"),
        ("explanation: One", "hints: [a, {text: b, costs: 2}]\n    explanation: One", 14, "costs"),
        (
            "explanation: One",
            "hints: [{text: b, cost: 0.1}]\n    explanation: One",
            14,
            "Unknown key 'cost', or did you mean 'costs'",
        ),
        ("explanation: One", "look_again: {resource: tree-video, at: 3:20}\n    explanation: One", 14, "in quotes"),
        (
            "explanation: One",
            'look_again: {resource: tree-video, at: "3.20"}\n    explanation: One',
            14,
            "no time stamp",
        ),
        ("prompt: What does a node ask?", "prompt: 3", 10, "prompt: 3 is no text. Put it in quotes"),
        ("explanation: One feature at a time.", "explanation: ", 14, "explanation"),
    ],
)
def test_a_mistake_in_a_question_is_named_with_line_and_advice(write, old, new, line, advice):
    assert SINGLE.count(old) == 1
    found = problems(write(SINGLE.replace(old, new)))
    assert f"trees.yaml:{line}: " in found
    assert advice in found


@pytest.mark.parametrize(
    ("old", "new", "line", "advice"),
    [
        ("title: Trees\n", "", 1, "The key 'title' is missing"),
        ("summary:", "sumary:", 3, "Unknown key 'sumary', or did you mean 'summary'"),
        ("position: 1", "position: -1", 4, "position"),
        ("position: 1", "position: 1\nfeedback: never", 5, "'never' is no feedback"),
        ("position: 1", "position: 1\nslug: trees", 5, "Remove slug"),
        ("title: Trees", "title: [", 3, "This is not valid YAML"),
    ],
)
def test_a_mistake_in_the_header_is_named_with_line_and_advice(write, old, new, line, advice):
    found = problems(write(SINGLE, header=HEADER.replace(old, new)))
    assert f"trees.yaml:{line}: " in found
    assert advice in found


@pytest.mark.parametrize(
    ("old", "new", "line", "advice"),
    [
        (
            "[decision-tree]",
            "[decision-tee]",
            9,
            "There is no concept 'decision-tee'. Add it to concepts.yaml, or did you mean",
        ),
        ("explanation: One", "look_again: {resource: tree-vido}\n    explanation: One", 14, "no resource 'tree-vido'"),
    ],
)
def test_what_a_question_names_must_be_there(write, curriculum, old, new, line, advice):
    found = problems(write(SINGLE.replace(old, new)), curriculum)
    assert f"trees.yaml:{line}: " in found
    assert advice in found


def test_the_section_must_be_there(write, curriculum):
    found = problems(write(SINGLE, header=HEADER.replace("first-steps", "the-course")), curriculum)
    assert (
        "trees.yaml:2: The track 'regression' has no section 'the-course'. Its sections: first-steps, from-scratch"
        in found
    )


def test_an_id_stands_once_in_a_quiz(write):
    assert "trees.yaml:15: The question 'what-splits' is already on line 6" in problems(write(SINGLE, SINGLE))


def test_a_quiz_has_its_name_alone(write, curriculum):
    write(SINGLE, track="course", header=HEADER.replace("first-steps", "the-course"))
    assert "The quiz 'trees' is already in" in problems(write(SINGLE), curriculum)


def test_a_quiz_without_questions_is_none(write):
    assert "trees.yaml:5: A quiz has questions" in problems(write())


@pytest.mark.parametrize(
    ("old", "new", "line", "advice"),
    [
        ("answer: 4", "answer: four", 11, "“four” is no number"),
        ("answer: 4", "answer: 4\n    tolerance: {absolute: 1, relative: 0.1}", 12, "A tolerance is one of two"),
        (
            "answer: 4",
            "answer: 4\n    tolerance: {absolut: 1}",
            12,
            "Unknown key 'absolut', or did you mean 'absolute'",
        ),
        ("answer: 4", "answer: 4\n    units: {s: 1}", 6, "There are other units, but no unit"),
        ("answer: 4", "answer: 4\n    mistakes: [{answer: 4.0, why: x}]", 12, "4.0 is right, not a mistake"),
        ("answer: 4", "answer: 4\n    mistakes: [{answer: x, why: x}]", 12, "is no number"),
        (
            "answer: 4",
            'answer: "{{m}}"\n    variants: "def variant(rng): return {\'n\': 1}"',
            12,
            "returns no 'm'. It returns: n",
        ),
        ("answer: 4", "answer: 4\n    variants: 'n = 3'", 12, "Write def variant(rng)"),
        ("answer: 4", "answer: 4\n    variants: 'def variant(rng): return {1/0}'", 12, "ZeroDivisionError"),
        ("answer: 4", "answer: 4\n    variants: 'def variant('", 12, "SyntaxError"),
        (
            "answer: 4",
            "answer: 4\n    variants: 'def variant(rng): return {\"f\": rng}'",
            12,
            "Return numbers, texts and lists",
        ),
        ("    compute: 2 + 2\n", "", 6, "The key 'compute' is missing"),
    ],
)
def test_a_mistake_in_what_is_computed_is_named(write, old, new, line, advice):
    found = problems(write(NUMERIC.replace(old, new)))
    assert f"trees.yaml:{line}: " in found
    assert advice in found


TEXT = """\
  - id: what-is-it
    kind: text
    level: beginner
    concepts: [decision-tree]
    prompt: What is it?
    answers: [tree]
    mistakes:
      - {answer: Bush, why: Too small.}
      - {answer: " bush ", why: Too small.}
    explanation: A tree.
"""
EXPRESSION = """\
  - id: slope
    kind: expression
    level: beginner
    concepts: [decision-tree]
    prompt: What is the slope of $x^2$?
    variables: {x: {from: 1, to: 3}}
    reference: 2*x
    compute: diff(x**2, x)
    mistakes:
      - {answer: x + x^2, why: No sum.}
      - {answer: x*(1 + x), why: No product.}
    explanation: The power comes down.
"""


@pytest.mark.parametrize(
    ("text", "line", "first", "second"),
    [
        (
            NUMERIC.replace("answer: 4", "answer: 4\n    mistakes: [{answer: 5, why: x}, {answer: 5.0, why: y}]"),
            12,
            "5",
            "5.0",
        ),
        (TEXT, 14, "'Bush'", "' bush '"),
        (EXPRESSION, 16, "'x + x^2'", "'x*(1 + x)'"),
    ],
    ids=["numeric", "text", "expression"],
)
def test_two_mistakes_with_the_same_answer_are_named(write, text, line, first, second):
    found = problems(write(text))
    assert f"trees.yaml:{line}: {second} counts as the mistake {first} above it" in found


def test_mistakes_that_meet_in_one_variant_only_are_two(write):
    """With n = 2 a sum is a product; with other numbers it is not."""
    drawn = """
    variants: |
      def variant(rng):
          n = rng.choice([3, 4, 2])
          return {"n": n, "twice": n + n, "square": n * n}
    mistakes: [{answer: "{{twice}}", why: x}, {answer: "{{square}}", why: y}]
"""
    path = write(NUMERIC.replace("answer: 4", "answer: 1000").replace("    compute", drawn[1:] + "    compute"))
    (asked,) = read_quiz(path).questions
    assert [vary("trees", asked, seed).values["n"] for seed in SEEDS] == [2, 2, 4]


@pytest.mark.parametrize(
    ("picture", "advice"),
    [
        (None, "tree.svg does not exist"),
        ("<svg", "This is no SVG"),
        ("<!DOCTYPE svg><svg/>", "no document type"),
        (SVG.replace("<rect", "<script>1</script><rect"), "<script> has no place"),
        (SVG.replace("<rect", '<image href="https://example.org/a.png"/><rect'), "<image> has no place"),
        (SVG.replace("<rect", '<rect onclick="x"'), "onclick"),
        (SVG.replace("<rect", "<style>@import 'a.css';</style><rect"), "outside it"),
        (SVG.replace("<rect", '<rect fill="url(https://example.org/a)"'), "outside it"),
        (SVG.replace('viewBox="0 0 360 220"', ""), "viewBox"),
        (SVG.replace("360 220", "100 220"), "'Leaf' reaches beyond the picture, which is 100 by 220"),
    ],
)
def test_a_picture_is_there_and_fit_for_a_page(write, picture, advice):
    path = write(HOTSPOT)
    if picture is not None:
        path.with_name("tree.svg").write_text(picture)
    found = problems(path)
    assert "trees.yaml:" in found
    assert advice in found


def test_a_picture_that_no_question_uses_is_named(write, curriculum):
    path = write(SINGLE)
    path.with_name("old.svg").write_text(SVG)
    assert "old.svg:1: No question uses this" in problems(path, curriculum)


def test_beside_a_question_that_can_not_be_read_no_picture_is_called_unused(write, curriculum):
    write(NUMERIC, name="sound")
    path = write(HOTSPOT, SINGLE.replace("explanation:", "explanatio:"))
    path.with_name("tree.svg").write_text(SVG)
    found = problems(path, curriculum)
    assert "The key 'explanation' is missing" in found
    assert "No question uses this" not in found


def test_pictures_have_a_size(write):
    path = write(HOTSPOT)
    picture = path.with_name("tree.svg")
    picture.write_text(SVG)
    assert picture_size(picture) == (360, 220)
    png = path.with_name("dot.png")
    png.write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (3).to_bytes(4, "big") + (5).to_bytes(4, "big"))
    assert picture_size(png) == (3, 5)
    assert read_quiz(path).questions[0].kind == "hotspot"
