"""Builds JupyterLite into static files that ask no other site for anything.

What comes from where: the application from PyPI, Python for the browser from npm (`package-lock.json` here), and of
what Pyodide's own lock file names, pure packages from PyPI. Packages with compiled parts, NumPy among them, are in
neither: they have to lie in a folder, and are taken only where their digest is the one in the lock file.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import nbformat

from apps.exercises.build import build_notebook
from apps.exercises.package import ExercisePackage, load_package

HERE = Path(__file__).resolve().parent
PROFILE = "numpy"
# What the kernel itself loads, and what notebooks of the profile import.
KERNEL_NEEDS = ("micropip", "ipython", "jedi", "packaging")
NOTEBOOKS_NEED = ("numpy", "matplotlib")
# Pure, needed by the kernel, and unknown to Pyodide's lock.
BESIDE = ("comm==0.2.3",)
KERNEL = {"name": "python", "display_name": "Python (Pyodide)", "language": "python"}
LOCK = "pyodide-lock.json"
REPORT = "studyhub.json"


class LiteError(Exception):
    """A build that can't be made; the text says what to do."""


def needed(packages: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """The entries of Pyodide's lock that `names` need, themselves among them. Raises LiteError for an unknown name."""
    found: dict[str, Any] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop().replace("_", "-")
        if name in found:
            continue
        if name not in packages:
            raise LiteError(f"Pyodide's lock file knows no {name}.")
        found[name] = packages[name]
        waiting += packages[name]["depends"]
    return found


def is_pure(entry: dict[str, Any]) -> bool:
    """Whether the wheel of an entry runs anywhere, so that PyPI has it."""
    return str(entry["file_name"]).endswith("-none-any.whl")


def take_wheels(entries: dict[str, Any], folder: Path, into: Path) -> list[str]:
    """Copy wheels with compiled parts from `folder`; return the names of files that are not there.

    Raises LiteError for a file whose SHA-256 is not the one in the lock: it would run in every visitor's browser.
    """
    missing = []
    for entry in entries.values():
        wheel = folder / entry["file_name"]
        if not wheel.is_file():
            missing.append(entry["file_name"])
        elif hashlib.sha256(wheel.read_bytes()).hexdigest() != entry["sha256"]:
            raise LiteError(f"{wheel} is not the file that Pyodide's lock file means: its SHA-256 is another.")
        else:
            shutil.copy(wheel, into)
    return missing


def fetch_pure(entries: dict[str, Any], python: Path, into: Path) -> None:
    """Download pure wheels in the versions of the lock, and write their digests into the entries.

    Pyodide packs these anew, without their tests, so that the digests in its lock are of other files.
    """
    wanted = [f"{entry['name']}=={entry['version']}" for entry in entries.values()]
    download(wanted, python, into)
    for entry in entries.values():
        wheel = into / entry["file_name"]
        if not wheel.is_file():
            raise LiteError(f"PyPI has no {wheel.name}, which Pyodide's lock file names.")
        entry["sha256"] = hashlib.sha256(wheel.read_bytes()).hexdigest()


def download(wanted: Iterable[str], python: Path, into: Path) -> None:
    """Fetch wheels that run anywhere from PyPI. Raises LiteError where one can't be had."""
    options = ["--quiet", "--no-deps", "--only-binary=:all:", "--platform", "any", "--python-version", "3.14"]
    run([str(python), "-m", "pip", "download", *options, "--dest", str(into), *wanted])


def starters(curriculum: Path) -> Iterator[tuple[ExercisePackage, bytes]]:
    """Each exercise that can be worked on in the browser, with its starter for the kernel there."""
    for manifest in sorted(curriculum.glob("*/*/exercise.yaml")):
        package = load_package(manifest.parent)
        if package.manifest.profile == PROFILE:
            notebook = build_notebook(package)
            notebook.metadata["kernelspec"] = nbformat.from_dict(KERNEL)
            yield package, (nbformat.writes(notebook) + "\n").encode()


def write_contents(curriculum: Path, files: Path) -> list[str]:
    """Write `<slug>/<slug>.ipynb` and the exercise's data below `files`; return the slugs."""
    slugs = []
    for package, notebook in starters(curriculum):
        content = {f"{package.slug}.ipynb": notebook}
        content |= {name: path.read_bytes() for name, path in package.data_files().items()}
        for name, data in content.items():
            target = files / package.slug / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        slugs.append(package.slug)
    return slugs


def build(*, target: Path, work: Path, wheels: Path, curriculum: Path, venv: Path, bare: bool = False) -> list[str]:
    """Build into `target` and return the slugs of the exercises in it.

    1. Fetch Python for the browser, and of its packages those that notebooks need.
    2. Write the starters.
    3. Build, and put the result in the place of the one before only once it is whole.

    `bare` leaves compiled packages and exercises out: what registries have, to try whether it runs. Raises LiteError.
    """
    shutil.rmtree(work, ignore_errors=True)
    source, output = work / "source", work / "output"
    pyodide = source / "static" / "pyodide"
    pyodide.parent.mkdir(parents=True)
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(HERE / name, work / name)
    run(["npm", "ci", "--silent", "--prefix", str(work)])
    shutil.copytree(
        work / "node_modules" / "pyodide", pyodide, ignore=shutil.ignore_patterns("*.map", "*.html", "*.d.ts")
    )
    lock = json.loads((pyodide / LOCK).read_text(encoding="utf-8"))
    lock["packages"] = needed(lock["packages"], KERNEL_NEEDS + (() if bare else NOTEBOOKS_NEED))
    compiled = {name: entry for name, entry in lock["packages"].items() if not is_pure(entry)}
    if missing := take_wheels(compiled, wheels, pyodide):
        raise LiteError(
            "No registry has these files of Pyodide's own distribution: "
            f"{', '.join(sorted(missing))}. Put them into {wheels} (OPERATIONS.md, Notebooks in the browser)."
        )
    fetch_pure({n: entry for n, entry in lock["packages"].items() if is_pure(entry)}, venv / "bin" / "python", pyodide)
    (pyodide / LOCK).write_text(json.dumps(lock), encoding="utf-8")
    download(BESIDE, venv / "bin" / "python", source / "pypi")

    slugs = [] if bare else write_contents(curriculum, source / "files")
    kernel = {"disablePyPIFallback": True}
    plugins = {"litePluginSettings": {"@jupyterlite/pyodide-kernel-extension:kernel": kernel}}
    config = {"jupyter-lite-schema-version": 0, "jupyter-config-data": {"appName": "StudyHub notebooks", **plugins}}
    (source / "jupyter-lite.json").write_text(json.dumps(config), encoding="utf-8")
    jupyter = [str(venv / "bin" / "jupyter"), "lite", "build", "--lite-dir", str(source), "--output-dir", str(output)]
    run([*jupyter, "--no-sourcemaps"], cwd=source)
    (output / REPORT).write_text(json.dumps({"pyodide": lock["info"], "exercises": slugs}), encoding="utf-8")
    shutil.rmtree(target, ignore_errors=True)
    shutil.move(output, target)
    return slugs


def run(command: list[str], cwd: Path | None = None) -> None:
    """Run a command quietly. Raises LiteError with what it said where it fails."""
    try:
        done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise LiteError(f"{command[0]} is not there: install it first.") from None
    if done.returncode:
        raise LiteError(f"{' '.join(command[:4])} … failed:\n{(done.stdout + done.stderr)[-2000:]}")
