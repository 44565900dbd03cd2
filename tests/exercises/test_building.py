"""Starter, reference and mutants are built from one source, the same to the byte each time."""

from __future__ import annotations

import io
import zipfile

import nbformat
import pytest

from apps.exercises.build import build_notebook, introduction, notebook_bytes, starter_zip, variants
from apps.exercises.package import load_package

SECRETS = ("secret_of_the_author", "total_of_the_author", "SOLUTION", "STARTER")


@pytest.fixture
def package(write_package):
    return load_package(write_package())


def code(notebook: nbformat.NotebookNode) -> str:
    return "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")


def run(notebook: nbformat.NotebookNode) -> dict:
    """What the code cells define, without the cells that open files."""
    names: dict = {"table": __import__("numpy").array([1.0, 2.0])}
    for cell in notebook.cells:
        if cell.cell_type == "code" and "loadtxt" not in cell.source:
            exec(cell.source, names)
    return names


def test_starter_holds_no_line_of_a_solution(package):
    text = notebook_bytes(package, "starter").decode()
    assert not [secret for secret in SECRETS if secret in text]
    assert 'raise NotImplementedError("Return twice x.")' in code(build_notebook(package, "starter"))


def test_starter_keeps_comments_meant_for_the_learner(package):
    assert "    # Multiply x by two.\n    raise" in code(build_notebook(package, "starter"))


def test_reference_holds_no_marker_and_does_its_task(package):
    notebook = build_notebook(package, "reference")
    assert "SOLUTION" not in code(notebook)
    assert "NotImplementedError" not in code(notebook)
    assert run(notebook)["double"](21) == 42


def test_mutant_differs_in_its_regions_alone(package):
    mutant, reference = build_notebook(package, "mutant:triples"), build_notebook(package, "reference")
    different = [a.source for a, b in zip(mutant.cells, reference.cells, strict=True) if a.source != b.source]
    assert different == ['def double(x):\n    """Twice x."""\n    return 3 * x']


def test_variants_are_named(package):
    assert variants(package) == ["starter", "reference", "mutant:triples"]
    with pytest.raises(ValueError, match="mutant:halves"):
        build_notebook(package, "mutant:halves")


@pytest.mark.parametrize("variant", ["starter", "reference", "mutant:triples"])
def test_notebook_is_valid_and_says_where_it_belongs(package, variant):
    notebook = nbformat.reads(notebook_bytes(package, variant), as_version=4)
    nbformat.validate(notebook)
    assert notebook.metadata.studyhub == {"exercise": "doubling", "version": package.digest}
    assert notebook.metadata.kernelspec.name == "python3"
    assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)


def test_cells_have_the_same_ids_in_all_variants(package):
    ids = {tuple(cell.id for cell in build_notebook(package, variant).cells) for variant in variants(package)}
    assert len(ids) == 1


def test_public_check_may_fail_without_ending_the_run(package):
    tags = [cell.metadata.get("tags") for cell in build_notebook(package).cells]
    assert tags == [None, None, None, ["public-check", "raises-exception"], None]


def test_zip_is_the_same_each_time_and_holds_what_a_learner_needs(package):
    content = starter_zip(package)
    assert content == starter_zip(load_package(package.folder))
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert archive.namelist() == ["doubling.ipynb", "README.txt", "data/numbers.csv"]
    assert archive.read("data/numbers.csv") == (package.folder / "data" / "numbers.csv").read_bytes()
    assert b"doubling.ipynb" in archive.read("README.txt")


def test_zip_leaks_nothing_of_the_package(package):
    archive = zipfile.ZipFile(io.BytesIO(starter_zip(package)))
    text = "\n".join(archive.read(name).decode() for name in archive.namelist())
    assert not [secret for secret in (*SECRETS, "It doubles", "triples") if secret in text]


def test_introduction_fits_below_the_title_of_a_page(package):
    assert introduction(package) == "You write `double`.\n\n### What to do\nFill the gap."


def test_introduction_leaves_code_alone(write_package):
    from .conftest import NOTEBOOK

    fenced = NOTEBOOK.replace("# Fill the gap.", "# ```python\n# # a comment\n# ```")
    assert "```python\n# a comment\n```" in introduction(load_package(write_package(files={"notebook.py": fenced})))
