"""A package is read strictly: each mistake is named with its file, its line and what to do."""

from __future__ import annotations

import sys

import pytest

from apps.exercises.package import PackageError, find_packages, load_package
from apps.exercises.validation import validate_package
from apps.runner.contract import Limits

from .conftest import DATA, GRADING, MANIFEST, MUTANT, NOTEBOOK


def manifest(old: str, new: str) -> dict[str, str]:
    assert old in MANIFEST
    return {"exercise.yaml": MANIFEST.replace(old, new)}


def notebook(old: str, new: str) -> dict[str, str]:
    assert old in NOTEBOOK
    return {"notebook.py": NOTEBOOK.replace(old, new)}


def mutant(old: str, new: str) -> dict[str, str]:
    assert old in MUTANT
    return {"mutants/triples.py": MUTANT.replace(old, new)}


# What is written over the sound package, then: the place, and words of the message.
UNREADABLE = {
    "no manifest": ({"exercise.yaml": None}, "exercise.yaml:1", "missing"),
    "no notebook": ({"notebook.py": None}, "notebook.py:1", "missing"),
    "no grading": ({"grading.py": None}, "grading.py:1", "missing"),
    "not YAML": (manifest("title: Doubling", "title: [Doubling"), "exercise.yaml:", "YAML"),
    "a list": ({"exercise.yaml": "- title\n"}, "exercise.yaml:1", "mapping"),
    "unknown key": (manifest("minutes: 90", "minutes: 90\nminuets: 3"), "exercise.yaml:6", "Did you mean 'minutes'"),
    "key twice": (manifest("minutes: 90", "minutes: 90\nminutes: 80"), "exercise.yaml:6", "twice"),
    "key missing": (manifest("title: Doubling numbers\n", ""), "exercise.yaml:1", "'title' is missing"),
    "bad profile": (manifest("profile: numpy", "profile: pytorch"), "exercise.yaml:7", "'numpy', 'sklearn'"),
    "bad level": (manifest("level: beginner", "level: easy"), "exercise.yaml:4", "'beginner'"),
    "minutes as text": (manifest("minutes: 90", "minutes: '90'"), "exercise.yaml:5", "minutes"),
    "attempts zero": (manifest("attempts: 5", "attempts: 0"), "exercise.yaml:8", "attempts"),
    "concept twice": (manifest("[doubling]", "[doubling, doubling]"), "exercise.yaml:6", "twice"),
    "no concepts": (manifest("[doubling]", "[]"), "exercise.yaml:6", "concepts"),
    "unknown limit": (
        manifest("limits: {wall_s: 20, memory_mb: 1024}", "limits:\n  wall_s: 20\n  ram_mb: 9"),
        "exercise.yaml:12",
        "Unknown limit 'ram_mb'",
    ),
    "limit of zero": (manifest("wall_s: 20", "wall_s: 0"), "exercise.yaml:10", "above 0"),
    "fraction of a megabyte": (manifest("memory_mb: 1024", "memory_mb: 0.5"), "exercise.yaml:10", "whole number"),
    "limit that is a yes": (manifest("memory_mb: 1024", "memory_mb: true"), "exercise.yaml:10", "whole number"),
    "limits as a list": (manifest("{wall_s: 20, memory_mb: 1024}", "[20]"), "exercise.yaml:10", "mapping"),
    "cell longer than run": (manifest("wall_s: 20", "wall_s: 20, cell_s: 21"), "exercise.yaml:10", "whole run"),
    "forbids no module": (manifest("[sklearn]", "[scikit-learn]"), "exercise.yaml:9", "forbid"),
    "dangling file": ({"notes.txt": "hello"}, "notes.txt:1", "Nothing uses this file"),
    "weights of another kind": ({"reference/model.pkl": "x"}, "model.pkl:1", "Nothing uses this file"),
    "data that is missing": (notebook("data/numbers.csv", "data/number.csv"), "notebook.py:11", "does not exist"),
    "region not closed": (notebook("    ### END SOLUTION\n", ""), "notebook.py:16", "not closed"),
    "last region not closed": (
        notebook("# total = ...\n### END SOLUTION", "# total = ..."),
        "notebook.py:28",
        "not closed",
    ),
    "region closed twice": (notebook("    ### END", "    ### END SOLUTION\n    ### END"), "notebook.py:23", "outside"),
    "region named twice": (notebook("SOLUTION total", "SOLUTION double"), "notebook.py:28", "already in line 16"),
    "region without a name": (notebook("SOLUTION total", "SOLUTION"), "notebook.py:28", "can't name a region"),
    "two starters": (notebook("# total = ...", "# total = ...\n### STARTER"), "notebook.py:32", "two starters"),
    "starter not commented": (notebook("# total = ...", "total = ..."), "notebook.py:31", "not commented out"),
    "misspelled marker": (
        notebook("### STARTER\n# total", "#### STARTER\n# total"),
        "notebook.py:30",
        "nearly a marker",
    ),
    "region over two cells": (
        notebook("### STARTER\n# total", "# %%\n### STARTER\n# total"),
        "notebook.py:30",
        "border of a cell",
    ),
    "line outside its region's indent": (notebook("    secret_of", "secret_of"), "notebook.py:17", "less indented"),
    "mutant of an unknown region": (mutant("SOLUTION double", "SOLUTION triple"), "triples.py:3", "no region 'triple'"),
    "mutant of nothing": (
        {"mutants/triples.py": '"""Nothing."""\n# loses: {double: 3}\n'},
        "triples.py:1",
        "no region",
    ),
    "mutant without a word": (mutant('"""It triples."""\n', ""), "triples.py:1", "what is wrong"),
    "mutant that loses nothing": (mutant("# loses: {double: 3, total: 1.5}\n", ""), "triples.py:1", "loses"),
    "mutant that gains": (mutant("double: 3", "double: -3"), "triples.py:2", "above 0"),
    "mutant with a starter": (mutant("### END", "### STARTER\n### END"), "triples.py:3", "no ### STARTER"),
}


@pytest.mark.parametrize(("files", "place", "words"), UNREADABLE.values(), ids=UNREADABLE)
def test_mistake_is_named_with_its_place(write_package, files, place, words):
    folder = write_package(files=files)
    with pytest.raises(PackageError) as caught:
        load_package(folder)
    assert any(place in str(problem) and words in str(problem) for problem in caught.value.problems), caught.value


# What loads, and turns out to be wrong once the package's own code is run and its notebooks are built.
UNSOUND = {
    "rules of a competition without one": (
        {"exercise.yaml": MANIFEST + "competition: {entries_per_day: 3}\n"},
        "grading.py:1",
        "A competition needs both",
    ),
    "mutant of an unknown check": (mutant("{double: 3,", "{triple: 3,"), "triples.py:2", "no check 'triple'"),
    "mutant that loses too much": (mutant("{double: 3,", "{double: 4,"), "triples.py:2", "it can't lose 4"),
    "mutant that is right": (
        mutant("return 3 * x", "secret_of_the_author = 2\nreturn secret_of_the_author * x"),
        "triples.py:3",
        "not wrong",
    ),
    "mutant that is no Python": (mutant("return 3 * x", "return 3 *"), "triples.py:4", "does not parse"),
    "starter that is no Python": (
        notebook("# total = ...", "# total = = 3"),
        "notebook.py:31",
        "starter does not parse",
    ),
    "starter without a body": (
        {"notebook.py": NOTEBOOK.replace('    """Twice x."""\n', "").replace("    # raise Not", "    # # Not")},
        "notebook.py:",
        "starter does not parse",
    ),
    "starter that is the solution": (
        notebook("# total = ...", "# total_of_the_author = double(table).sum()"),
        "notebook.py:28",
        "is its solution",
    ),
    "unknown tag": (notebook('["public-check"]', '["public-chekc"]'), "notebook.py:24", "public-chekc"),
    "no introduction": (notebook("# %% [markdown]", "# %%"), "notebook.py:1", "introduction"),
    "grading that raises": ({"grading.py": "x = 1\nSPEC = 1 / 0\n"}, "grading.py:2", "ZeroDivisionError"),
    "grading that is no Python": ({"grading.py": "x = 1\nSPEC = (\n"}, "grading.py:2", "SyntaxError"),
    "grading that can't draw": (
        {"grading.py": GRADING.replace("return seed", "return 1 / seed")},
        "grading.py:20",
        "ZeroDivisionError",
    ),
    "grading without a SPEC": ({"grading.py": "x = 1\n"}, "grading.py:1", "SPEC"),
    "helper imported as if installed": (
        {"grading.py": f"from helper import TWO\n{GRADING}", "helper.py": "TWO = 2\n"},
        "grading.py:1",
        "from .helper import",
    ),
    "stale data": ({"data/numbers.csv": "1\n2\n4\n"}, "numbers.csv:1", "write_data"),
    "data that nobody makes": ({"data/more.csv": "1\n"}, "more.csv:1", "write_data"),
    "data.py without write": ({"data.py": DATA.replace("write(", "writes(")}, "data.py:1", "write(folder"),
    "data.py that raises": (
        {"data.py": "def write(folder):\n    raise ValueError('no')\n"},
        "data.py:1",
        "ValueError: no",
    ),
    "figures not measured": (
        {"reference/build.py": "def build(folder):\n    return {}\n"},
        "figures.json:1",
        "build_references",
    ),
    "figures that are no JSON": ({"reference/figures.json": "{"}, "figures.json:1", "JSON"),
}


@pytest.mark.parametrize(("files", "place", "words"), UNSOUND.values(), ids=UNSOUND)
def test_mistake_that_shows_when_it_runs_is_named_too(write_package, files, place, words):
    package = load_package(write_package(files=files))
    with pytest.raises(PackageError) as caught:
        validate_package(package)
    assert any(place in str(problem) and words in str(problem) for problem in caught.value.problems), caught.value


def test_all_mistakes_are_reported_at_once(write_package):
    files = {**manifest("level: beginner", "level: easy"), **mutant("SOLUTION double", "SOLUTION triple")}
    with pytest.raises(PackageError) as caught:
        load_package(write_package(files=files))
    assert [problem.path.name for problem in caught.value.problems] == ["exercise.yaml", "triples.py"]


def found_in(folder, **known) -> list[str]:
    with pytest.raises(PackageError) as caught:
        validate_package(load_package(folder), **known)
    return [f"{problem.path.name}:{problem.line}: {problem.text}" for problem in caught.value.problems]


@pytest.mark.parametrize("words", ["not closed", "nearly a marker"])
def test_of_a_region_without_an_end_only_that_is_said(write_package, words):
    end = "    ### END SOLUTION\n"
    files = notebook(end, "" if words == "not closed" else end.replace("###", "####"))
    with pytest.raises(PackageError) as caught:
        load_package(write_package(files=files))
    assert {problem.line for problem in caught.value.problems} <= {16, 22}, caught.value
    assert words in str(caught.value)


def test_a_reference_that_is_no_python_is_not_told_of_its_mutants(write_package):
    found = found_in(write_package(files=notebook("import numpy as np", "import numpy as")))
    assert {one.split(" does not parse")[0] for one in found} == {
        "notebook.py:9: The starter",
        "notebook.py:9: The reference",
    }


def test_a_mistake_of_grading_is_told_once(write_package):
    files = {"grading.py": "x = 1\nSPEC = 1 / 0\n"}
    assert [one.partition(":")[0] for one in found_in(write_package(files=files))] == ["grading.py"]


def test_link_in_a_package_is_refused(write_package, tmp_path):
    folder = write_package()
    (tmp_path / "elsewhere.csv").write_text("1\n")
    (folder / "data" / "link.csv").symlink_to(tmp_path / "elsewhere.csv")
    with pytest.raises(PackageError, match=r"link\.csv:1: This is no plain file"):
        load_package(folder)


def test_sound_package_says_what_its_files_say(write_package):
    package = load_package(write_package())
    validate_package(package)
    assert (package.slug, package.track, package.manifest.title) == ("doubling", "numbers", "Doubling numbers")
    assert package.manifest.limits == Limits(wall_s=20, cell_s=20, memory_mb=1024)
    assert package.manifest.forbid == ("sklearn",)
    assert package.mutants["triples"].loses == {"double": 3.0, "total": 1.5}
    assert package.mutants["triples"].description == "It triples."
    assert package.spec().max_score == 4.5
    assert list(package.data_files()) == ["data/numbers.csv"]


def test_digest_follows_every_file_and_nothing_else(write_package):
    folder = write_package()
    before = load_package(folder).digest
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "grading.pyc").write_bytes(b"x")
    (folder / ".grading.py.swp").write_bytes(b"x")
    assert load_package(folder).digest == before
    (folder / "data" / "numbers.csv").write_text("1\n2\n")
    assert load_package(folder).digest != before


def test_helpers_of_packages_do_not_meet(write_package):
    grading = f"from .helper import POINTS\n{GRADING}\nSPEC.max_score = POINTS\n"
    before = set(sys.modules)
    one = load_package(write_package("one", {"grading.py": grading, "helper.py": "POINTS = 1\n"}))
    two = load_package(write_package("two", {"grading.py": grading, "helper.py": "POINTS = 2\n"}))
    assert (one.spec().max_score, two.spec().max_score) == (1, 2)
    assert one.spec() is one.spec()
    new = set(sys.modules) - before
    assert {name.split("_")[0] for name in new} == {"studyhub"}


def test_changed_grading_is_read_again_at_once(write_package):
    first = load_package(write_package(files={"grading.py": f"{GRADING}SPEC.max_score = 1\n"}))
    assert first.spec().max_score == 1
    second = load_package(write_package(files={"grading.py": f"{GRADING}SPEC.max_score = 2\n"}))
    assert second.spec().max_score == 2
    assert not list(second.folder.rglob("__pycache__"))


def test_folders_of_quizzes_are_no_packages(write_package, curriculum):
    write_package()
    (curriculum / "numbers" / "quizzes").mkdir()
    (curriculum / "numbers" / "__pycache__").mkdir()
    assert [folder.name for folder in find_packages(curriculum)] == ["doubling"]


TAUGHT = """
from apps.grading import Close, GradingSpec, Inputs, LookAgain, ProbeCall


def inputs(rng):
    return Inputs(values={"x": float(rng.normal())})


MORE = {"points": 1, "probe": "p"}
SPEC = GradingSpec(
    inputs=inputs,
    probes=(ProbeCall(id="p", target="double"),),
    checks=(
        Close(id="double", title="t", reference=lambda drawn: 2 * drawn["x"], reveal=True, **MORE),
        Close(id="total", title="t", reference=lambda drawn: 4.0, %s, **MORE),
    ),
)
"""


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("reveal=True", "'total' reveals its reference, which is the same in each run"),
        ("concept='tripling'", "is about 'tripling', which is not among the exercise's concepts"),
        ("look_again=LookAgain('gone')", "wants 'gone' looked at, which is no resource"),
    ],
)
def test_what_a_check_may_not_teach_is_named(write_package, more, words):
    files = {"grading.py": TAUGHT % more, **mutant("{double: 3, total: 1.5}", "{double: 1}")}
    with pytest.raises(PackageError) as caught:
        validate_package(load_package(write_package(files=files)), resources={"counting-video"})
    assert [str(problem) for problem in caught.value.problems if words in str(problem)], caught.value


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("rng.normal()", "rng.normla()", "grading.py:6: The hidden inputs can't be drawn: AttributeError"),
        ("2 * drawn", "2 * drwan", "grading.py:14: The reference of the check 'double' fails: NameError"),
        (
            'target="double"',
            'target="double", args=("$y",)',
            "grading.py:1: The hidden inputs can't be drawn: SpecError",
        ),
    ],
)
def test_what_fails_while_it_is_looked_at_is_named_with_its_line(write_package, old, new, said):
    assert old in TAUGHT
    grading = (TAUGHT % "concept='doubling'").replace(old, new)
    folder = write_package(files={"grading.py": grading, **mutant("{double: 3, total: 1.5}", "{double: 1}")})
    (found,) = found_in(folder)
    assert found.startswith(said)


def test_what_a_check_may_teach_is_taken(write_package):
    more = "concept='doubling', look_again=LookAgain('counting-video', at='1:30')"
    files = {"grading.py": TAUGHT % more, **mutant("{double: 3, total: 1.5}", "{double: 1}")}
    validate_package(load_package(write_package(files=files)), resources={"counting-video"})
