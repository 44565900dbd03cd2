"""The runs of an exercise follow each other: its warm kernel is made once, and not anew for each kind of hand-in."""

from pathlib import Path

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items):
    """A worker keeps fewer kernels than exercises ask for: by kind, each would be gone before it is wanted again."""
    ours = ((n, item) for n, item in enumerate(items) if item.path.parent == HERE and hasattr(item, "callspec"))
    runs = [(n, item) for n, item in ours if {"slug", "variant"} <= item.callspec.params.keys()]
    slugs = list(dict.fromkeys(item.callspec.params["slug"] for _, item in runs))
    in_turn = sorted((item for _, item in runs), key=lambda item: slugs.index(item.callspec.params["slug"]))
    for (place, _), item in zip(runs, in_turn, strict=True):
        items[place] = item
