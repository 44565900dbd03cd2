"""Importing the Python files of a package: under names of its own, from its own folder, leaving no trace.

Each package folder and digest becomes one importable package `studyhub_exercise_<hash>`. Its files import each other
relatively (`from .data import houses`), so that two exercises may each have a data.py. Imports no Django.
"""

from __future__ import annotations

import hashlib
import importlib
import sys
import traceback
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import ModuleType

from apps.exercises.errors import PackageError

PREFIX = "studyhub_exercise_"


class _Uncompiled(SourceFileLoader):
    """Reads the source each time: bytecode is trusted by whole seconds, and would lie in the curriculum's folders."""

    def path_stats(self, path: str) -> dict[str, object]:
        """Called by the loader's get_code: without statistics it neither reads nor writes bytecode."""
        raise OSError(f"No bytecode for {path}.")


class _PackageFinder(MetaPathFinder):
    """Finds the modules of packages, and of nothing else."""

    def __init__(self) -> None:
        self.folders: dict[str, Path] = {}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Called by the import system for each name it doesn't know yet."""
        root, *below = fullname.split(".")
        folder = self.folders.get(root)
        if folder is None:
            return None
        place = folder.joinpath(*below)
        file = place.with_suffix(".py")
        # The file first: a package has both data.py and data/.
        if below and file.is_file():
            return spec_from_file_location(fullname, file, loader=_Uncompiled(fullname, str(file)))
        if not place.is_dir():
            return None
        spec = ModuleSpec(fullname, loader=None, is_package=True)
        spec.submodule_search_locations = [str(place)]
        return spec


_finder = _PackageFinder()
sys.meta_path.insert(0, _finder)


def import_file(folder: Path, digest: str, name: str) -> ModuleType:
    """The module `name` ("grading", "reference.build") of the package in `folder`, imported once per digest.

    Raises PackageError with the line at fault where the file raises.
    """
    folder = folder.resolve()
    root = PREFIX + hashlib.sha256(f"{digest} {folder}".encode()).hexdigest()[:24]
    _finder.folders[root] = folder
    file = folder.joinpath(*name.split(".")).with_suffix(".py")
    try:
        return importlib.import_module(f"{root}.{name}")
    except Exception as error:
        path, line = blame(error, folder, file)
        advice = f"{type(error).__name__}: {error}. Correct it, then try again"
        if isinstance(error, ModuleNotFoundError) and error.name and (folder / f"{error.name}.py").is_file():
            advice = (
                f"There is no module {error.name!r}. Write 'from .{error.name} import …' for the package's own files"
            )
        raise PackageError.at(path, line, f"{file.name} can't be imported. {advice}.") from error


def blame(error: BaseException, folder: Path, file: Path) -> tuple[Path, int]:
    """The last line of the package's own files on the way to the error; the first of `file` where it met none."""
    folder = folder.resolve()
    if isinstance(error, SyntaxError) and error.filename and Path(error.filename).is_relative_to(folder):
        return Path(error.filename), error.lineno or 1
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(f"{folder}/")]
    return (Path(frames[-1].filename), frames[-1].lineno or 1) if frames else (file, 1)
