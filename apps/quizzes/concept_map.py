"""The map of a track: its concepts in layers, each to the right of what it builds on. Pure geometry and no Django.

Layered drawing after Sugiyama, Tagawa and Toda (1981): lines that pass a layer get a lane of their own in it.
"""

from __future__ import annotations

import math
from bisect import bisect_right, insort
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

WIDTH, HEIGHT = 188, 48
GAP_X, GAP_Y = 44, 16
# From the middle of a lane to the next box or lane.
LANE = 12
MARGIN = 12
SWEEPS = 12
LINE_LENGTH = 20
# A lane bends rather than a box is moved for it; what hangs on nothing gives way to all.
WEIGHTS = {"box": 1.0, "lane": 3.0, "alone": 0.01}


@dataclass(frozen=True)
class Node:
    """A concept's box, its left upper corner at (x, y); `lines` is its title in one line or two."""

    key: str
    x: float
    y: float
    lines: tuple[str, ...]

    @property
    def middle(self) -> float:
        """Where the text's middle stands from the left."""
        return self.x + WIDTH / 2

    @property
    def text_y(self) -> tuple[tuple[str, float], ...]:
        """Each line with its baseline."""
        if len(self.lines) == 1:
            return ((self.lines[0], self.y + HEIGHT / 2 + 5),)
        return ((self.lines[0], self.y + HEIGHT / 2 - 3), (self.lines[1], self.y + HEIGHT / 2 + 14))


@dataclass(frozen=True)
class Edge:
    """From what is needed to what needs it: the heights at which it leaves, passes each layer and arrives; its path."""

    start: str
    end: str
    heights: tuple[float, ...]
    path: str


@dataclass(frozen=True)
class Layout:
    """Boxes and lines, and the size of the picture."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    width: float
    height: float
    by_key: Mapping[str, Node] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, order=True)
class _Stop:
    """A box in its layer, or the lane in which the lines from `key` pass a layer."""

    layer: int
    key: str
    is_box: bool = True


Links = dict[_Stop, set[_Stop]]


def lay_out(titles: Mapping[str, str], needs: Mapping[str, set[str]]) -> Layout:
    """Place the concepts (title by key); `needs` says what each builds on, and may name others, which are left out.

    1. The layer of a concept is one more than the deepest that it needs. 2. What reaches beyond the next layer gets a
    lane in each that it passes, one for all the lines from a concept. 3. Within layers, the order with the fewest
    crossings is kept of those that come of moving each towards the mean of its neighbours. 4. In that order, heights
    are as close to the neighbours' as the gaps allow. 5. Lines bend between the layers only, so they cross no box.
    """
    inside = {key: {need for need in needs.get(key, set()) if need in titles} for key in titles}
    depth = _depths(inside)
    before = _links(inside, depth)
    order = _ordered(_layers(before), before)
    heights = _heights(order, before)
    top = min((heights[stop] - _half(stop) for stop in heights), default=0) - MARGIN
    nodes = {
        stop.key: Node(stop.key, _left(stop.layer), heights[stop] - HEIGHT / 2 - top, _wrapped(titles[stop.key]))
        for layer in order
        for stop in layer
        if stop.is_box
    }
    edges = tuple(_edge(need, key, depth, heights, top) for key in titles for need in sorted(inside[key]))
    bottom = max((heights[stop] + _half(stop) for stop in heights), default=top)
    width = 2 * MARGIN + len(order) * (WIDTH + GAP_X) - GAP_X if order else 0
    return Layout(tuple(nodes.values()), edges, width, bottom - top + MARGIN if order else 0, nodes)


def _depths(needs: Mapping[str, set[str]]) -> dict[str, int]:
    depth: dict[str, int] = {}

    def deep(key: str) -> int:
        if key not in depth:
            depth[key] = 1 + max((deep(need) for need in needs[key]), default=-1)
        return depth[key]

    for key in needs:
        deep(key)
    return depth


def _links(needs: Mapping[str, set[str]], depth: Mapping[str, int]) -> Links:
    """Every box and lane, with what it is linked to in the layer before."""
    before: Links = {_Stop(layer, key): set() for key, layer in depth.items()}
    for key, found in needs.items():
        for need in found:
            stop = _Stop(depth[key], key)
            for layer in range(depth[key] - 1, depth[need] - 1, -1):
                last = _Stop(layer, need, layer == depth[need])
                before.setdefault(stop, set()).add(last)
                stop = last
    return before


def _turned(links: Links) -> Links:
    """The same links the other way."""
    turned: Links = {stop: set() for stop in links}
    for stop, found in links.items():
        for other in found:
            turned[other].add(stop)
    return turned


def _layers(stops: Iterable[_Stop]) -> list[list[_Stop]]:
    listed = sorted(stops)
    layers: list[list[_Stop]] = [[] for _ in range(1 + max((stop.layer for stop in listed), default=-1))]
    for stop in listed:
        layers[stop.layer].append(stop)
    return layers


def _ordered(layers: list[list[_Stop]], before: Links) -> list[list[_Stop]]:
    """Sweep to the right and to the left; the best order on the way is kept. What hangs on nothing stands last."""
    after = _turned(before)
    place: dict[_Stop, float] = {}

    def sort(layer: list[_Stop], links: Links) -> None:
        key = {stop: _mean(links[stop], place, place.get(stop, number)) for number, stop in enumerate(layer)}
        layer.sort(key=lambda stop: (not before[stop] and not after[stop], key[stop], stop))
        place.update((stop, number / max(1, len(layer) - 1)) for number, stop in enumerate(layer))

    for layer in layers:
        sort(layer, before)
    best, fewest = [list(layer) for layer in layers], _crossings(layers, before)
    for sweep in range(SWEEPS):
        for layer in reversed(layers) if sweep % 2 == 0 else layers:
            sort(layer, after if sweep % 2 == 0 else before)
        found = _crossings(layers, before)
        if found < fewest:
            best, fewest = [list(layer) for layer in layers], found
    return best


def _mean(others: Iterable[_Stop], places: Mapping[_Stop, float], otherwise: float) -> float:
    known = [places[other] for other in others if other in places]
    return sum(known) / len(known) if known else otherwise


def _crossings(layers: Sequence[Sequence[_Stop]], before: Links) -> int:
    """How many pairs of lines cross between neighbouring layers."""
    place = {stop: number for layer in layers for number, stop in enumerate(layer)}
    count = 0
    for layer in layers:
        lines = sorted((place[other], place[stop]) for stop in layer for other in before[stop])
        passed: list[int] = []
        for _, end in lines:
            count += len(passed) - bisect_right(passed, end)
            insort(passed, end)
    return count


def _heights(order: Sequence[Sequence[_Stop]], before: Links) -> dict[_Stop, float]:
    """The middle of each box and lane from the top, in the order given and with the gaps kept."""
    after = _turned(before)
    heights: dict[_Stop, float] = {}
    for layer in order:
        tops = _offsets(layer)
        heights.update((stop, top - tops[-1] / 2) for stop, top in zip(layer, tops, strict=True))
    for sweep in range(SWEEPS):
        for layer in reversed(order) if sweep % 2 == 0 else order:
            wanted = [_mean(before[stop] | after[stop], heights, heights[stop]) for stop in layer]
            weights = [WEIGHTS[_role(stop, before, after)] for stop in layer]
            heights.update(zip(layer, _spread(wanted, weights, _offsets(layer)), strict=True))
    return _closed(heights)


def _closed(heights: dict[_Stop, float]) -> dict[_Stop, float]:
    """The same without bands in which nothing stands: what lies below one moves up."""
    closed, reach, shift = {}, -math.inf, 0.0
    for stop in sorted(heights, key=lambda stop: heights[stop] - _half(stop)):
        empty = heights[stop] - _half(stop) - shift - reach
        shift += max(0.0, empty - 2 * GAP_Y) if reach > -math.inf else 0.0
        closed[stop] = heights[stop] - shift
        reach = max(reach, closed[stop] + _half(stop))
    return closed


def _role(stop: _Stop, before: Links, after: Links) -> str:
    if not stop.is_box:
        return "lane"
    return "box" if before[stop] or after[stop] else "alone"


def _offsets(layer: Sequence[_Stop]) -> list[float]:
    """The least distance of each middle from the first one's."""
    offsets = [0.0]
    for one, other in pairwise(layer):
        gap = GAP_Y if one.is_box and other.is_box else LANE
        offsets.append(offsets[-1] + _half(one) + gap + _half(other))
    return offsets


def _half(stop: _Stop) -> float:
    return HEIGHT / 2 if stop.is_box else 0.0


def _spread(wanted: Sequence[float], weights: Sequence[float], offsets: Sequence[float]) -> list[float]:
    """As close to the wanted heights as the offsets allow, by least squares: pool adjacent violators."""
    blocks: list[list[float]] = []  # each its mean, its weight, and of how many
    for height, weight, offset in zip(wanted, weights, offsets, strict=True):
        blocks.append([height - offset, weight, 1])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            mean, heavy, count = blocks.pop()
            last = blocks[-1]
            last[0] = (last[0] * last[1] + mean * heavy) / (last[1] + heavy)
            last[1] += heavy
            last[2] += count
    levels = [mean for mean, _, count in blocks for _ in range(int(count))]
    return [level + offset for level, offset in zip(levels, offsets, strict=True)]


def _left(layer: int) -> float:
    return MARGIN + layer * (WIDTH + GAP_X)


def _edge(need: str, key: str, depth: Mapping[str, int], heights: Mapping[_Stop, float], top: float) -> Edge:
    """Straight along boxes and lanes, bent in between."""
    first, last = depth[need], depth[key]
    passed = [_Stop(first, need), *(_Stop(layer, need, False) for layer in range(first + 1, last)), _Stop(last, key)]
    ys = tuple(round(heights[stop] - top, 1) for stop in passed)
    path = f"M{_left(first) + WIDTH:g} {ys[0]:g}"
    for layer, (y0, y1) in enumerate(pairwise(ys), start=first):
        x0, x1 = _left(layer) + WIDTH, _left(layer + 1)
        path += f"C{x0 + GAP_X / 2:g} {y0:g} {x1 - GAP_X / 2:g} {y1:g} {x1:g} {y1:g}"
        if layer + 1 < last:
            path += f"H{x1 + WIDTH:g}"
    return Edge(need, key, ys, path)


def _wrapped(title: str) -> tuple[str, ...]:
    """The title in at most two lines; what is longer still is cut."""
    if len(title) <= LINE_LENGTH:
        return (title,)
    words = title.split()
    cut = min(range(1, len(words) + 1), key=lambda n: abs(len(" ".join(words[:n])) - len(" ".join(words[n:]))))
    lines = [line for line in (" ".join(words[:cut]), " ".join(words[cut:])) if line]
    return tuple(line if len(line) <= LINE_LENGTH + 2 else line[: LINE_LENGTH + 1] + "…" for line in lines)
