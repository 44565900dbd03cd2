"""Learners get the model of the exercise "From text to picture": the same files, copied from its folder."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

HERE = Path(__file__).parent
SOURCE = HERE.parent / "text-to-image"


def write(folder: Path) -> None:
    """Copy the data of the other exercise."""
    for path in sorted((SOURCE / "data").iterdir()):
        if path.is_file():
            (folder / path.name).write_bytes(path.read_bytes())


def load(name: str) -> ModuleType:
    """A public file of Python, `data/<name>.py`: this module's name hides the folder from an ordinary import."""
    spec = importlib.util.spec_from_file_location(f"{__name__}.{name}", HERE / "data" / f"{name}.py")
    if spec is None or spec.loader is None:
        raise ImportError(f"data/{name}.py can't be loaded")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


scenes = load("scenes")
