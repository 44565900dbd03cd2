"""The curriculum store: frozen copies of packages, so that a hand-in keeps the grader of its own version. No Django."""

from __future__ import annotations

import shutil
import tempfile
from functools import lru_cache
from pathlib import Path

from apps.exercises.package import ExercisePackage, PackageError, digest_of, load_package, package_files


def freeze(package: ExercisePackage, store: Path) -> Path:
    """Copy the package to <store>/<slug>/<digest>/ and return that folder; one that is there already stays.

    The copy is made beside its place and renamed, so a folder under its final name is complete. Raises OSError where
    the store can't be written, PackageError where the package changed under our hands.
    """
    place = store / package.slug / package.digest
    if place.is_dir():
        return place
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".new-", dir=place.parent) as temporary:
        copy = Path(temporary) / "package"
        for name in package_files(package.folder):
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(package.folder / name, copy / name)
        if digest_of(copy) != package.digest:
            raise PackageError.at(package.folder, 1, "The package was changed while it was read. Try again.")
        try:
            copy.rename(place)
        except OSError:
            # Somebody else was faster: theirs has the same content, or there is none and the error stands.
            if not place.is_dir():
                raise
    return place


@lru_cache(maxsize=256)
def cached_package(folder: Path, *, slug: str, digest: str) -> ExercisePackage:
    """The frozen package in `folder`, read once per process. Raises PackageError where it is missing or was changed."""
    package = load_package(folder, slug=slug)
    if package.digest != digest:
        raise PackageError.at(folder, 1, "The frozen copy was changed. Remove the folder and run sync_curriculum.")
    return package
