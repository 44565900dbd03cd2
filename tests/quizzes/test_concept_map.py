"""The map as a drawing: no line crosses a box, nothing overlaps, whatever builds on what."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.catalog.curriculum import load_curriculum
from apps.quizzes.concept_map import HEIGHT, WIDTH, Layout, lay_out

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
CURRICULUM = load_curriculum(NOTEBOOKS)
STEPS = 24


def points(path: str) -> list[tuple[float, float]]:
    """Points along a path of M, C and H."""
    found: list[tuple[float, float]] = []
    for letter, numbers in re.findall(r"([MCH])([^MCH]*)", path):
        values = [float(number) for number in numbers.split()]
        if letter == "M":
            found.append((values[0], values[1]))
            continue
        x0, y0 = found[-1]
        xs, ys = [x0, *values[::2]], [y0, *values[1::2]]
        if letter == "H":
            xs, ys = [x0, x0, values[0], values[0]], [y0] * 4
        for step in range(1, STEPS + 1):
            t = step / STEPS
            parts = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
            found.append((sum(map(float.__mul__, parts, xs)), sum(map(float.__mul__, parts, ys))))
    return found


def crossed(found: Layout) -> list[tuple[str, str, str]]:
    """Each line with a box that it passes through."""
    return [
        (edge.start, edge.end, node.key)
        for edge in found.edges
        for node in found.nodes
        if any(
            node.x + 0.01 < x < node.x + WIDTH - 0.01 and node.y - 4 < y < node.y + HEIGHT + 4
            for x, y in points(edge.path)
        )
    ]


def overlapping(found: Layout) -> list[tuple[str, str]]:
    boxes = found.nodes
    return [
        (one.key, other.key)
        for number, one in enumerate(boxes)
        for other in boxes[:number]
        if abs(one.x - other.x) < WIDTH and abs(one.y - other.y) < HEIGHT + 8
    ]


def outside(found: Layout) -> list[object]:
    boxes = [n for n in found.nodes if not (0 <= n.x <= found.width - WIDTH and 0 <= n.y <= found.height - HEIGHT)]
    lines = [
        edge
        for edge in found.edges
        if not all(0 <= x <= found.width and 0 <= y <= found.height for x, y in points(edge.path))
    ]
    return [*boxes, *lines]


@st.composite
def curricula(draw):
    """What builds on what, among up to 16 concepts: each on some of those before it."""
    count = draw(st.integers(0, 16))
    found: dict[str, set[str]] = {}
    for number in range(count):
        found[str(number)] = draw(st.sets(st.sampled_from(list(found)), max_size=4)) if found else set()
    return found


@settings(max_examples=150)
@given(curricula())
def test_no_line_crosses_a_box(needs):
    found = lay_out({key: f"Concept {key}" for key in needs}, needs)
    assert crossed(found) == []
    assert overlapping(found) == []
    assert outside(found) == []
    assert len(found.edges) == sum(map(len, needs.values()))


@pytest.mark.parametrize("track", [track.slug for track in CURRICULUM.tracks])
def test_no_line_crosses_a_box_on_the_maps_of_our_tracks(track):
    needs = {concept.slug: set(concept.needs) for concept in CURRICULUM.concepts}
    about = {
        slug
        for one in CURRICULUM.tracks
        if one.slug == track
        for section in one.sections
        for resource in section.resources
        for slug in resource.concepts
    }
    found = lay_out({slug: slug for slug in about}, needs)
    assert found.nodes
    assert crossed(found) == []
    assert overlapping(found) == []


def test_a_line_that_passes_a_layer_keeps_clear_of_what_stands_there():
    needs = {"b": {"a"}, "c": {"b", "a"}, "d": {"c", "a"}}
    found = lay_out(dict(zip("abcd", "ABCD", strict=True)), needs)
    long = next(edge for edge in found.edges if (edge.start, edge.end) == ("a", "d"))
    assert len(long.heights) == 4
    for key, height in zip("abcd", long.heights, strict=True):
        box = found.by_key[key]
        assert (box.y <= height <= box.y + HEIGHT) == (key in "ad")


def test_lines_end_at_the_sides_of_their_boxes():
    found = lay_out({"a": "A", "b": "B"}, {"b": {"a"}})
    one, other = found.by_key["a"], found.by_key["b"]
    way = points(found.edges[0].path)
    assert way[0] == pytest.approx((one.x + WIDTH, one.y + HEIGHT / 2), abs=0.1)
    assert way[-1] == pytest.approx((other.x, other.y + HEIGHT / 2), abs=0.1)
    assert all(before[0] <= after[0] for before, after in pairwise(way))


def test_what_need_not_cross_does_not():
    needs = {"y1": {"x1"}, "y2": {"x2"}, "y3": {"x3"}}
    # Named so that the order of the alphabet would cross them.
    names = {"x1": "C", "x2": "B", "x3": "A", "y1": "A", "y2": "B", "y3": "C"}
    found = lay_out(names, needs)
    rows = {key: found.by_key[key].y for key in names}
    assert sorted(["1", "2", "3"], key=lambda n: rows["x" + n]) == sorted(["1", "2", "3"], key=lambda n: rows["y" + n])
