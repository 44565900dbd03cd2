"""Which cells of a notebook a check is about: those that define what its probe calls, and what that needs. Pure."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence

MAGIC = re.compile(r"^\s*[%!].*$", re.MULTILINE)
# For cells that can't be parsed: what looks like a definition at the beginning of a line.
LOOKS_DEFINED = re.compile(r"^(?:def|class)\s+(\w+)|^(\w+)\s*=(?!=)", re.MULTILINE)
SHOWN = 3000
CELLS = 3

Cell = tuple[int, str]


def names_of(targets: Iterable[str]) -> set[str]:
    """What the notebook has to define for probes of these dotted names: `model.predict` needs `model`."""
    return {target.partition(".")[0] for target in targets}


def relevant(sources: Sequence[Cell], names: set[str], given: Iterable[str] = ()) -> list[Cell]:
    """Of code cells (number and source) at most three that a check of `names` is about, in their order.

    1. Cells that define a name, then those that define what these use, and so on. 2. Where there are none, cells that
    mention a name. 3. What stands in the starter (`given`) as it is says nothing of the learner and is left out. A long
    cell is cut, and says so.
    """
    found = _reached(sources, names)
    if not found and names:
        word = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(names)))})\b")
        found = [cell for cell in sources if word.search(cell[1])]
    as_given = {_plain(source) for source in given}
    own = [cell for cell in found if _plain(cell[1]) not in as_given]
    shown = sorted(own[:CELLS])
    return [(number, text if len(text) <= SHOWN else f"{text[:SHOWN]}\n…") for number, text in shown]


def _reached(sources: Sequence[Cell], names: set[str]) -> list[Cell]:
    """The cells that define `names`, then those that these need, the nearest first."""
    bound = [(cell, defined(cell[1])) for cell in sources]
    found: list[Cell] = []
    seen, wave = set(names), set(names)
    while wave:
        cells = [cell for cell, binds in bound if binds & wave and cell not in found]
        found += cells
        needed = {name for cell in cells for name in used(cell[1])}
        wave = needed - seen
        seen |= wave
    return found


def _plain(source: str) -> str:
    return "".join(source.split())


def defined(source: str) -> set[str]:
    """The names that a cell binds at its top level, also inside of `if`, `with` and loops."""
    tree = _parsed(source)
    if tree is None:
        return {name for pair in LOOKS_DEFINED.findall(source) for name in pair if name}
    return {name for name in _bound(tree) if name}


def used(source: str) -> set[str]:
    """The names that a cell reads anywhere; none where it is no Python."""
    tree = _parsed(source)
    if tree is None:
        return set()
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}


def _parsed(source: str) -> ast.Module | None:
    try:
        return ast.parse(MAGIC.sub("", source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _bound(tree: ast.Module) -> Iterator[str]:
    waiting: list[ast.AST] = list(tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store):
            yield _root(node)
        elif not isinstance(node, ast.Lambda | ast.comprehension):
            waiting += ast.iter_child_nodes(node)


def _root(node: ast.AST) -> str:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
