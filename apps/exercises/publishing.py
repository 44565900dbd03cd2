"""Starters as they are published for Colab and Kaggle, and the folder that they lie in. Imports no Django.

Beside what a learner downloads each has a cell that fetches its data, and one that hands it in. In a run both do
nothing: the sandbox sets GRADING, and reaches no network.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode, v4

from apps.exercises.build import build_notebook
from apps.exercises.package import ExercisePackage

FETCH = """\
# Fetches the files that this notebook opens. Where the folder data is there already, and in grading, nothing is done.
def _fetch_data():
    import hashlib, io, os, urllib.request, zipfile

    if "GRADING" in os.environ or os.path.isdir("data"):
        return
    with urllib.request.urlopen("{site}/exercises/{slug}/starter/", timeout=60) as answer:
        starter = zipfile.ZipFile(io.BytesIO(answer.read()))
    names = sorted(name for name in starter.namelist() if name.startswith("data/"))
    found = hashlib.sha256(b"".join(starter.read(name) for name in names)).hexdigest()
    if found != "{digest}":
        raise ValueError("The data is of another version. Open this again from {site}/exercises/{slug}/")
    starter.extractall(members=names)


_fetch_data()"""
HAND_IN = """\
import os, urllib.request

if "GRADING" not in os.environ:
    urllib.request.urlretrieve("{site}/submit.py", "submit.py")
    %run submit.py {slug} --watch"""
ABOUT = """\
## Hand in

When you are done, run the cell below. It hands this notebook in, and shows what each check found. "Run all" does that,
too.

You are asked for a token. Make one under [Tokens for programs]({site}/profile/tokens/); it never becomes part of this
notebook. So that you are not asked each time, keep it as a secret with the name `STUDYHUB_TOKEN`: in Colab behind the
key on the left, on Kaggle under *Add-ons*, *Secrets*. On Kaggle, internet has to be switched on in the notebook's
settings."""


def published_notebook(package: ExercisePackage, site: str) -> NotebookNode:
    """The starter with a cell that fetches its data, before its first code cell, and one that hands it in at the end.

    `site` is the site's public address, without a slash at its end. Built twice it is the same.
    """
    notebook = build_notebook(package)
    notebook.metadata.studyhub["site"] = site
    names = {"site": site, "slug": package.slug, "digest": data_digest(package)}
    added = [
        ("fetch", v4.new_code_cell(FETCH.format(**names))),
        ("about", v4.new_markdown_cell(ABOUT.format(**names))),
        ("hand-in", v4.new_code_cell(HAND_IN.format(**names))),
    ]
    for name, cell in added:
        cell.id = f"{package.slug[:50]}-{name}"
    (_, fetch), *end = added
    if package.data_files():
        cells = notebook.cells
        cells.insert(next(place for place, cell in enumerate(cells) if cell.cell_type == "code"), fetch)
    notebook.cells += [cell for _, cell in end]
    nbformat.validate(notebook)
    return notebook


def data_digest(package: ExercisePackage) -> str:
    """SHA-256 over the contents of the public files, in the order of their names."""
    return hashlib.sha256(b"".join(path.read_bytes() for _, path in sorted(package.data_files().items()))).hexdigest()


def published_files(packages: Iterable[ExercisePackage], site: str) -> dict[str, bytes]:
    """What the folder should hold: `<slug>.ipynb` for each package."""
    return {
        f"{package.slug}.ipynb": (nbformat.writes(published_notebook(package, site)) + "\n").encode()
        for package in packages
    }


@dataclass(frozen=True)
class Changes:
    """What makes a folder current. `foreign`: files that we did not write, in the place of some that we should."""

    write: Mapping[str, bytes]
    delete: tuple[str, ...]
    foreign: tuple[str, ...]


def changes(folder: Path, wanted: Mapping[str, bytes]) -> Changes:
    """Compare a folder, which need not be there, with what it should hold. Raises OSError."""
    there = {path.name: path for path in sorted(folder.glob("*.ipynb"))}
    ours = {name for name, path in there.items() if is_ours(path)}
    write = {
        name: content
        for name, content in wanted.items()
        if name not in there or name not in ours or there[name].read_bytes() != content
    }
    return Changes(
        write=write,
        delete=tuple(name for name in there if name in ours and name not in wanted),
        foreign=tuple(name for name in write if name in there and name not in ours),
    )


def apply(folder: Path, found: Changes) -> None:
    """Make the folder current. Raises OSError, and ValueError where something foreign would be lost."""
    if found.foreign:
        raise ValueError(f"{folder} has files of somebody else's: {', '.join(found.foreign)}.")
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in found.write.items():
        (folder / name).write_bytes(content)
    for name in found.delete:
        (folder / name).unlink()


def is_ours(path: Path) -> bool:
    """Whether a file is a notebook that was published from here: it says its own exercise, and a site."""
    if path.is_symlink() or not path.is_file():
        return False
    try:
        said = json.loads(path.read_bytes())["metadata"]["studyhub"]
        return said["exercise"] == path.stem and isinstance(said["site"], str)
    except (ValueError, KeyError, TypeError):
        return False
