"""Which cells of a notebook a check is about: those that define the names that its probe calls. Pure."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence

MAGIC = re.compile(r"^\s*[%!].*$", re.MULTILINE)
# For cells that can't be parsed: what looks like a definition at the beginning of a line.
LOOKS_DEFINED = re.compile(r"^(?:def|class)\s+(\w+)|^(\w+)\s*=(?!=)", re.MULTILINE)
SHOWN = 3000


def names_of(targets: Iterable[str]) -> set[str]:
    """What the notebook has to define for probes of these dotted names: `model.predict` needs `model`."""
    return {target.partition(".")[0] for target in targets}


def relevant(sources: Sequence[tuple[int, str]], names: set[str]) -> list[tuple[int, str]]:
    """Of code cells (number and source) those that define one of `names`; where none does, those that mention one.

    A long cell is cut, and says so.
    """
    found = [(number, source) for number, source in sources if names & defined(source)]
    if not found and names:
        word = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(names)))})\b")
        found = [(number, source) for number, source in sources if word.search(source)]
    return [(number, text if len(text) <= SHOWN else f"{text[:SHOWN]}\n…") for number, text in found]


def defined(source: str) -> set[str]:
    """The names that a cell binds at its top level, also inside of `if`, `with` and loops."""
    try:
        tree = ast.parse(MAGIC.sub("", source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {name for pair in LOOKS_DEFINED.findall(source) for name in pair if name}
    found: set[str] = set()
    waiting: list[ast.AST] = list(tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store):
            waiting.append(ast.Name(id=_root(node), ctx=ast.Store()))
        elif not isinstance(node, ast.Lambda | ast.comprehension):
            waiting += ast.iter_child_nodes(node)
    return found - {""}


def _root(node: ast.AST) -> str:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
