"""Figures of references are measured by a command, which writes down how."""

from __future__ import annotations

import json

import numpy
import pytest
from django.core.management import CommandError, call_command

BUILD = '''\
"""Measures the reference."""

from ..data import write

SEED = 7


def build(folder):
    assert (folder / "exercise.yaml").is_file()
    return {"baseline": 0.5, "reference": write.__name__}
'''


def test_figures_are_written_with_their_provenance(write_package):
    folder = write_package(files={"reference/build.py": BUILD})
    call_command("build_references", "doubling")
    figures = json.loads((folder / "reference" / "figures.json").read_text())
    assert (figures["baseline"], figures["reference"]) == (0.5, "write")
    provenance = figures["provenance"]
    assert provenance["seed"] == 7
    assert provenance["packages"]["numpy"] == numpy.__version__
    assert provenance["command"] == "manage.py build_references doubling"
    assert set(provenance) == {"seed", "packages", "python", "date", "command"}


def test_check_names_the_exercises_without_figures(write_package, capsys):
    write_package()
    call_command("build_references", "--check")
    write_package("other", {"reference/build.py": BUILD})
    with pytest.raises(CommandError, match="Without figures: other"):
        call_command("build_references", "--check")


@pytest.mark.parametrize(
    ("source", "words"),
    [("x = 1\n", "There is no build"), ("def build(folder):\n    raise OSError('full')\n", "OSError: full")],
)
def test_build_that_fails_is_named(write_package, source, words):
    write_package(files={"reference/build.py": source})
    with pytest.raises(CommandError, match=words):
        call_command("build_references", "doubling")


def test_unknown_exercise_is_refused(write_package):
    write_package()
    with pytest.raises(CommandError, match="'doubling' with a reference"):
        call_command("build_references", "doubling")


def test_data_is_written_again(write_package):
    folder = write_package(files={"data/numbers.csv": "9\n", "data/old.csv": "1\n"})
    call_command("write_data", "doubling")
    assert {path.name: path.read_text() for path in (folder / "data").iterdir()} == {"numbers.csv": "1\n2\n3\n"}
