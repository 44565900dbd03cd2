"""An exercise's limits in plain words, in the language that is spoken."""

from __future__ import annotations

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from apps.exercises.manifest import Manifest

PACKAGES = {"sklearn": "scikit-learn", "torch": "PyTorch", "np": "NumPy", "numpy": "NumPy", "scipy": "SciPy"}
LIBRARIES = {
    "numpy": gettext_lazy("NumPy, pandas and Matplotlib"),
    "sklearn": gettext_lazy("scikit-learn, NumPy, pandas and Matplotlib"),
    "torch": gettext_lazy("PyTorch, NumPy, pandas and Matplotlib"),
    "fastai": gettext_lazy("fastai, PyTorch, NumPy, pandas and Matplotlib"),
    "diffusers": gettext_lazy("Diffusers, PyTorch, NumPy, pandas and Matplotlib"),
}
ACCELERATORS = {
    "cpu": gettext_lazy("None: a processor is enough"),
    "gpu": gettext_lazy("A GPU; hand-ins wait until one is free"),
    "prefer-gpu": gettext_lazy("A GPU where one is free, else a processor"),
}


def limits_in_words(manifest: Manifest) -> list[tuple[str, str]]:
    """Pairs of a name and a sentence: what a hand-in may use, and what it has to do without."""
    limits = manifest.limits
    time = _("%(whole)s for the whole notebook, %(cell)s for one cell")
    attempts = pgettext("attempts", "As many as you like") if manifest.attempts is None else str(manifest.attempts)
    rows = [
        (pgettext("limit", "Time"), time % {"whole": _seconds(limits.wall_s), "cell": _seconds(limits.cell_s)}),
        (pgettext("limit", "Memory"), _megabytes(limits.memory_mb)),
        (pgettext("limit", "Disk"), _megabytes(limits.disk_mb)),
        (pgettext("limit", "Libraries"), str(LIBRARIES[manifest.profile])),
        (pgettext("limit", "Accelerator"), str(ACCELERATORS[manifest.accelerator])),
        (pgettext("limit", "Attempts"), attempts),
        (pgettext("limit", "Internet"), _("Not available while your notebook runs")),
    ]
    if manifest.competition:
        entries = _("%(number)s a day") % {"number": manifest.competition.entries_per_day}
        rows.insert(6, (pgettext("limit", "Entries"), entries))
        if manifest.competition.ends:
            day = date_format(manifest.competition.ends, "j F Y")
            rows.insert(7, (pgettext("limit", "Ends"), _("%(day)s, end of day (UTC)") % {"day": day}))
    if manifest.forbid:
        names = ", ".join(PACKAGES.get(name, name) for name in manifest.forbid)
        removed = _("%(names)s can't be imported: write that part yourself") % {"names": names}
        rows.insert(4, (pgettext("limit", "Removed"), removed))
    return rows


def _seconds(seconds: float) -> str:
    if seconds < 120:
        return f"{_number(seconds)} s"
    minutes, rest = divmod(seconds, 60)
    return f"{_number(minutes)} min" + (f" {_number(rest)} s" if rest else "")


def _megabytes(amount: int) -> str:
    if amount >= 1024 and amount % 256 == 0:
        return pgettext("size", "%(amount)s GB") % {"amount": _number(amount / 1024)}
    return pgettext("size", "%(amount)s MB") % {"amount": amount}


def _number(value: float) -> str:
    return number_format(f"{value:g}")
