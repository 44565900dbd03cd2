"""The runs of an exercise follow each other: its warm kernel is made once, and not anew for each kind of hand-in.

With `--share 2/3` only a part of the exercises is run.
"""

import re
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def in_share(slugs: list[str], share: str) -> set[str]:
    """Of the exercises those in a share like `2/3`, the second third. Raises UsageError where it is no such part."""
    found = re.fullmatch(r"(\d{1,3})/(\d{1,3})", share)
    number, of = map(int, found.groups()) if found else (0, 0)
    if not 1 <= number <= of:
        raise pytest.UsageError(f"--share={share}: which part of how many? The second third is 2/3.")
    return set(slugs[number - 1 :: of])


def pytest_addoption(parser):
    parser.addoption("--share", metavar="N/OF", default="1/1", help="of the exercises each OF-th, from the N-th on")


def pytest_configure(config):
    in_share([], config.getoption("--share", "1/1"))  # refused before any worker starts


def pytest_collection_modifyitems(config, items):
    """A worker keeps fewer kernels than exercises ask for: by kind, each would be gone before it is wanted again."""
    ours = ((n, item) for n, item in enumerate(items) if item.path.parent == HERE and hasattr(item, "callspec"))
    runs = [(n, item) for n, item in ours if {"slug", "variant"} <= item.callspec.params.keys()]
    slugs = list(dict.fromkeys(item.callspec.params["slug"] for _, item in runs))
    in_turn = sorted((item for _, item in runs), key=lambda item: slugs.index(item.callspec.params["slug"]))
    for (place, _), item in zip(runs, in_turn, strict=True):
        items[place] = item
    chosen = in_share(slugs, config.getoption("--share", "1/1"))
    if gone := {item for item in in_turn if item.callspec.params["slug"] not in chosen}:
        items[:] = [item for item in items if item not in gone]
        config.hook.pytest_deselected(items=list(gone))
