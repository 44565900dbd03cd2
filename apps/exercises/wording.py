"""An exercise's limits in plain words."""

from __future__ import annotations

from apps.exercises.manifest import Manifest

PACKAGES = {"sklearn": "scikit-learn", "torch": "PyTorch", "np": "NumPy", "numpy": "NumPy", "scipy": "SciPy"}
LIBRARIES = {
    "numpy": "NumPy, pandas and Matplotlib",
    "sklearn": "scikit-learn, NumPy, pandas and Matplotlib",
    "torch": "PyTorch, NumPy, pandas and Matplotlib",
    "fastai": "fastai, PyTorch, NumPy, pandas and Matplotlib",
    "diffusers": "Diffusers, PyTorch, NumPy, pandas and Matplotlib",
}
ACCELERATORS = {
    "cpu": "None: a processor is enough",
    "gpu": "A GPU; hand-ins wait until one is free",
    "prefer-gpu": "A GPU where one is free, else a processor",
}


def limits_in_words(manifest: Manifest) -> list[tuple[str, str]]:
    """Pairs of a name and a sentence: what a hand-in may use, and what it has to do without."""
    limits = manifest.limits
    rows = [
        ("Time", f"{_seconds(limits.wall_s)} for the whole notebook, {_seconds(limits.cell_s)} for one cell"),
        ("Memory", _megabytes(limits.memory_mb)),
        ("Disk", _megabytes(limits.disk_mb)),
        ("Libraries", LIBRARIES[manifest.profile]),
        ("Accelerator", ACCELERATORS[manifest.accelerator]),
        ("Attempts", "As many as you like" if manifest.attempts is None else str(manifest.attempts)),
        ("Internet", "Not available while your notebook runs"),
    ]
    if manifest.competition:
        rows.insert(6, ("Entries", f"{manifest.competition.entries_per_day} a day"))
        if manifest.competition.ends:
            rows.insert(7, ("Ends", f"{manifest.competition.ends:%-d %B %Y}, end of day (UTC)"))
    if manifest.forbid:
        names = ", ".join(PACKAGES.get(name, name) for name in manifest.forbid)
        rows.insert(4, ("Removed", f"{names} can't be imported: write that part yourself"))
    return rows


def _seconds(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:g} s"
    minutes, rest = divmod(seconds, 60)
    return f"{minutes:g} min" + (f" {rest:g} s" if rest else "")


def _megabytes(amount: int) -> str:
    return f"{amount / 1024:g} GB" if amount >= 1024 and amount % 256 == 0 else f"{amount} MB"
