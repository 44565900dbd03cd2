"""The map of a track: its concepts in layers, each to the right of what it builds on. Pure geometry and no Django."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

WIDTH, HEIGHT = 188, 48
GAP_X, GAP_Y = 44, 16
MARGIN = 12
SWEEPS = 6
LINE_LENGTH = 20


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
    """From what is needed to what needs it, as an SVG path."""

    start: str
    end: str
    path: str


@dataclass(frozen=True)
class Layout:
    """Boxes and lines, and the size of the picture."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    width: float
    height: float
    by_key: Mapping[str, Node] = field(default_factory=dict, repr=False)


def lay_out(titles: Mapping[str, str], needs: Mapping[str, set[str]]) -> Layout:
    """Place the concepts (title by key); `needs` says what each builds on, and may name others, which are left out.

    1. The layer of a concept is one more than the deepest that it needs. 2. Within layers, the order is moved towards
    the mean place of the neighbours, a few times over. 3. Layers become columns, centred.
    """
    inside = {key: {need for need in needs.get(key, set()) if need in titles} for key in titles}
    layers = _layers(inside)
    order = _ordered(layers, inside)
    tallest = max((len(layer) for layer in order), default=0)
    nodes: dict[str, Node] = {}
    for column, layer in enumerate(order):
        top = MARGIN + (tallest - len(layer)) * (HEIGHT + GAP_Y) / 2
        for row, key in enumerate(layer):
            x, y = MARGIN + column * (WIDTH + GAP_X), top + row * (HEIGHT + GAP_Y)
            nodes[key] = Node(key, x, y, _wrapped(titles[key]))
    edges = tuple(_edge(nodes[need], nodes[key]) for key in titles for need in sorted(inside[key]))
    width = 2 * MARGIN + len(order) * (WIDTH + GAP_X) - GAP_X
    height = 2 * MARGIN + tallest * (HEIGHT + GAP_Y) - GAP_Y
    return Layout(tuple(nodes.values()), edges, max(width, 0), max(height, 0), nodes)


def _layers(needs: Mapping[str, set[str]]) -> list[list[str]]:
    depth: dict[str, int] = {}

    def deep(key: str) -> int:
        if key not in depth:
            depth[key] = 1 + max((deep(need) for need in needs[key]), default=-1)
        return depth[key]

    for key in needs:
        deep(key)
    layers: list[list[str]] = [[] for _ in range(1 + max(depth.values(), default=-1))]
    for key, layer in depth.items():
        layers[layer].append(key)
    return layers


def _ordered(layers: list[list[str]], needs: Mapping[str, set[str]]) -> list[list[str]]:
    neighbours: dict[str, set[str]] = {key: set(found) for key, found in needs.items()}
    for key, found in needs.items():
        for need in found:
            neighbours[need].add(key)
    order = [sorted(layer) for layer in layers]
    for _ in range(SWEEPS):
        place = {key: row - len(layer) / 2 for layer in order for row, key in enumerate(layer)}
        order = [sorted(layer, key=lambda key: (_mean(key, neighbours[key], place), key)) for layer in order]
    return order


def _mean(key: str, neighbours: set[str], place: Mapping[str, float]) -> float:
    return sum(place[other] for other in neighbours) / len(neighbours) if neighbours else place[key]


def _edge(start: Node, end: Node) -> Edge:
    x0, y0, x1, y1 = start.x + WIDTH, start.y + HEIGHT / 2, end.x, end.y + HEIGHT / 2
    bend = (x1 - x0) / 2
    return Edge(start.key, end.key, f"M{x0:g} {y0:g}C{x0 + bend:g} {y0:g} {x1 - bend:g} {y1:g} {x1:g} {y1:g}")


def _wrapped(title: str) -> tuple[str, ...]:
    """The title in at most two lines; what is longer still is cut."""
    if len(title) <= LINE_LENGTH:
        return (title,)
    words = title.split()
    cut = min(range(1, len(words) + 1), key=lambda n: abs(len(" ".join(words[:n])) - len(" ".join(words[n:]))))
    lines = [line for line in (" ".join(words[:cut]), " ".join(words[cut:])) if line]
    return tuple(line if len(line) <= LINE_LENGTH + 2 else line[: LINE_LENGTH + 1] + "…" for line in lines)
