"""What `manage.py check --deploy` tries of a machine that is to run notebooks."""

from __future__ import annotations

import os
from typing import Any

from django.core.checks import CheckMessage, Error, Warning, register

from studyhub import env

# The five zygotes of one slot with their spares took 2.2 GB, shared pages by their share; a run comes on top.
SLOT_GB = 2.5


@register(deploy=True)
def notebooks_can_be_sealed_off(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Run a known-good notebook in the sandbox; a machine for the site alone says STUDYHUB_RUNS_NOTEBOOKS=0."""
    if not env.flag("STUDYHUB_RUNS_NOTEBOOKS", True):
        return []
    # Imported here: it loads what runs notebooks, and only this check needs that.
    from apps.runner.canary import REMEDY, canary

    if problem := canary():
        return [Error(f"This machine can't run a notebook sealed off: {problem}", hint=REMEDY, id="submissions.E001")]
    return []


@register(deploy=True)
def warm_kernels_have_memory(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Each slot keeps zygotes of its own, of all profiles in the worst case."""
    if not env.flag("STUDYHUB_RUNS_NOTEBOOKS", True) or not env.flag("STUDYHUB_WARM", True):
        return []
    memory_gb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    slots = env.integer("STUDYHUB_RUN_SLOTS_CPU", 2, minimum=1)
    if memory_gb >= SLOT_GB * slots:
        return []
    return [
        Warning(
            f"{slots} slots with warm kernels of all profiles want about {SLOT_GB * slots:.0f} GB; "
            f"there are {memory_gb:.0f}.",
            hint="Zygotes end where memory runs short, and runs then start cold. Set STUDYHUB_RUN_SLOTS_CPU lower.",
            id="submissions.W001",
        )
    ]
