"""The curriculum store: frozen copies of packages, so that a hand-in keeps the grader of its own version. No Django."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
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
        _move(copy, place)
    return place


def pack(folder: Path, archive: Path) -> None:
    """Write the frozen package in `folder` to one file. Raises OSError."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as file:
        for name in package_files(folder):
            file.write(folder / name, arcname=name)


def unpack(archive: Path, place: Path) -> None:
    """Make of an archive the frozen package in `place`, whose name is its digest; one that is there stays.

    Raises OSError, and PackageError where it holds anything else than a package of that digest.
    """
    with tempfile.TemporaryDirectory(prefix=".new-", dir=place.parent) as temporary:
        copy = Path(temporary) / "package"
        try:
            with zipfile.ZipFile(archive) as file:
                file.extractall(copy)
        except zipfile.BadZipFile as error:
            raise PackageError.at(place, 1, f"Its archive can't be read: {error}") from error
        if digest_of(copy) != place.name:
            raise PackageError.at(place, 1, "Its archive holds something else. Run sync_curriculum.")
        _move(copy, place)


def _move(copy: Path, place: Path) -> None:
    try:
        copy.rename(place)
    except OSError:
        # Somebody else was faster: theirs has the same content, or there is none and the error stands.
        if not place.is_dir():
            raise


@lru_cache(maxsize=256)
def cached_package(folder: Path, *, slug: str, digest: str) -> ExercisePackage:
    """The frozen package in `folder`, read once per process. Raises PackageError where it is missing or was changed."""
    package = load_package(folder, slug=slug)
    if package.digest != digest:
        raise PackageError.at(folder, 1, "The frozen copy was changed. Remove the folder and run sync_curriculum.")
    return package
