"""What the page of a hand-in says, worked out from its run."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.runner.contract import CellStatus

from . import rendering
from .compared import Compared, Scale, as_scale, as_table, is_agreement
from .constants import Files, State, Verdict
from .conversation import Conversation
from .lessons import Again, Kinds, kinds_in, numbers_in, where_to_look
from .messages import TURNS, Sentence, given_by_hand, sentence_for
from .models import CheckResult, RegradeItem, Run, Submission, SubmittedNotebook, Transition
from .said import figure, said
from .services.runners import slots

if TYPE_CHECKING:
    from datetime import datetime

SOURCE_SHOWN = 4000
STRIP_CELLS = 80
CELL_WORDS = {
    CellStatus.PENDING: gettext_lazy("waiting"),
    CellStatus.RUNNING: gettext_lazy("running"),
    CellStatus.COMPLETED: gettext_lazy("done"),
    CellStatus.FAILED: gettext_lazy("its check did not pass"),
}
ENVIRONMENT = {
    "python": "Python",
    "machine": gettext_lazy("Machine"),
    "accelerator": gettext_lazy("Accelerator"),
    "numpy": "NumPy",
    "pandas": "pandas",
    "torch": "PyTorch",
}


def _seconds(seconds: float) -> str:
    return f"{figure(f'{seconds:.1f}' if seconds < 100 else f'{seconds:.0f}')} s"


def _megabytes(size: float) -> str:
    return said(f"{size:.0f} MB")


def _between(start: datetime | None, end: datetime | None) -> float | None:
    return max(0.0, (end - start).total_seconds()) if start and end else None


def is_fragment(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of a page. Boosted and history requests need all of it."""
    htmx = request.htmx  # type: ignore[attr-defined]
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


@dataclass(frozen=True)
class ShownCheck:
    """A check's result, and what it compared: on a scale, else as a table; the kinds of what is not right.

    `numbers` are those of its picture, `again` says where to look again.
    """

    result: CheckResult
    scale: Scale | None
    table: Compared | None
    kinds: list[Kinds]
    numbers: Compared | None
    again: Again | None

    @classmethod
    def of(cls, result: CheckResult, again: Again | None = None) -> ShownCheck:
        """What is shown of `result`."""
        scale = as_scale(result.compared)
        table = None if scale else as_table(result.compared, result.message)
        return cls(result, scale, table, kinds_in(result.lesson), numbers_in(result.lesson), again)

    @property
    def agrees(self) -> bool:
        """Whether its picture shows nothing but that both are the same."""
        return self.result.passed and is_agreement(self.result.compared)


class RunPage:
    """Everything that detail.html and its live part show. Each part costs its queries only where it is shown."""

    def __init__(self, submission: Submission) -> None:
        self.submission = submission
        self.run: Run = submission.run
        self.now = timezone.now()

    @property
    def name(self) -> str:
        """What it is called among one's hand-ins for the exercise."""
        return _("Hand-in %(number)s") % {"number": self.submission.number}

    @cached_property
    def sentence(self) -> Sentence:
        """State or verdict in words."""
        if self.submission.given:
            found = given_by_hand(self.submission.shown_state)
        else:
            found = sentence_for(self.run.state, self.run.verdict)
        return replace(found, title=_(found.title), text=_(found.text))

    @property
    def turn(self) -> str:
        """Whose turn it is, in words."""
        if self.shown_state == Verdict.PASSED:
            return ""
        return _(TURNS[self.sentence.turn])

    @property
    def shown_state(self) -> str:
        """The verdict where there is one, else the state: what the `state` tag draws."""
        return self.submission.shown_state

    @property
    def status_key(self) -> str:
        """Changes when a reader who can't see the page should be told something."""
        return f"{self.shown_state}-{self.run.attempt}"

    # Waiting

    @cached_property
    def position(self) -> int | None:
        """1 for the next one in the queue; None once it has been handed to the runners."""
        if self.run.state != State.QUEUED or self.run.released_at is not None:
            return None
        order = list(Run.objects.waiting(self.run.queue).values_list("pk", flat=True))
        return order.index(self.run.pk) + 1 if self.run.pk in order else None

    @property
    def has_runner(self) -> bool:
        """Whether this site has any place for a run of this kind."""
        return slots()[self.run.queue] > 0

    @cached_property
    def estimate(self) -> str:
        """When it should start, in words; empty where nothing is known yet."""
        typical = Run.objects.typical_seconds(self.run.queue)
        if self.position is None or typical is None or not self.has_runner:
            return ""
        seconds = math.ceil(self.position / slots()[self.run.queue]) * typical
        if seconds < 30:
            return _("in less than half a minute")
        minutes = max(1, round(seconds / 60))
        return _("in about %(n)s minutes") % {"n": minutes} if minutes > 1 else _("in about a minute")

    # Running

    @property
    def elapsed(self) -> float:
        """Seconds that count against the time limit so far: those in the notebook's cells, none of ours."""
        phase, before = self.run.progress.get("phase"), self.run.progress.get("starting_s")
        if phase == "cells" and before is not None:
            since = _between(self.run.heartbeat_at, self.now) or 0.0
            return min(max(0.0, self.run.elapsed_s + since - before), self.run.wall_s)
        return min(sum(cell["seconds"] for cell in self.run.cells), self.run.wall_s)

    @property
    def cell_count(self) -> int:
        """How many cells will be run."""
        return len(self.run.cells)

    @property
    def cells_done(self) -> int:
        """How many cells have been run."""
        return sum(cell["status"] in {"completed", "failed"} for cell in self.run.cells)

    @property
    def strip(self) -> list[tuple[str, str]]:
        """Each cell as its status and a text; empty where there are too many to be drawn."""
        if self.cell_count > STRIP_CELLS:
            return []
        return [
            (cell["status"], _("Cell %(number)s: %(state)s") % {"number": number, "state": CELL_WORDS[cell["status"]]})
            for number, cell in enumerate(self.run.cells, 1)
        ]

    @cached_property
    def running_cell(self) -> int | None:
        """The number of the running cell among those that are run, from 1."""
        index = self.run.progress.get("cell")
        numbers = [n for n, cell in enumerate(self.run.cells, 1) if cell["index"] == index]
        return numbers[0] if numbers and index is not None else None

    @cached_property
    def running_source(self) -> str:
        """The source of the running cell; a long one is cut and says so."""
        if self.running_cell is None:
            return ""
        cells = self._submitted["cells"]
        index = self.run.progress["cell"]
        source = str(cells[index]["source"]) if index < len(cells) else ""
        return source if len(source) <= SOURCE_SHOWN else source[:SOURCE_SHOWN] + "\n…"

    @cached_property
    def is_of_another_version(self) -> bool:
        """Whether the notebook was started from another version of the exercise than the one that checks it."""
        version = self._submitted["metadata"]["studyhub"]["version"]
        by_first = self.run.version_id in {None, self.submission.version_id}
        return bool(version) and by_first and version != self.submission.version.digest

    @cached_property
    def conversation(self) -> Conversation:
        """What is said on it."""
        return Conversation(self.run, self._submitted)

    @cached_property
    def _submitted(self) -> dict[str, Any]:
        text = SubmittedNotebook.objects.values_list("text", flat=True).get(pk=self.submission.pk)
        content: dict[str, Any] = json.loads(text)
        return content

    # Ended

    @cached_property
    def regraded(self) -> RegradeItem | None:
        """The latest regrade that changed its score, with what it had before."""
        if self.run.version_id is None:
            return None
        changed = RegradeItem.objects.filter(run__submission=self.submission, applied=True).with_fate()
        return changed.exclude(fate="same").select_related("regrade").order_by("-pk").first()

    @cached_property
    def checks(self) -> list[ShownCheck]:
        """What each check found."""
        results = list(self.run.checks.all())
        again = where_to_look(results, track=self.submission.exercise.section.track_id)
        return [ShownCheck.of(result, again.get(result.check_id)) for result in results]

    @cached_property
    def has_executed(self) -> bool:
        """Whether there is an executed notebook to show."""
        return self.run.is_final and rendering.has_executed(self.run)

    @property
    def failed_cell(self) -> int | None:
        """The number of the cell that ended the run, from 1; None where none did."""
        return rendering.stopped_cell(self.run)

    @property
    def used(self) -> list[tuple[str, str]]:
        """What the run used and what it ran on: pairs of a name and a value."""
        run, phases = self.run, self.run.phases
        rows = []
        if "cells" in phases:
            of = {"used": _seconds(phases["cells"]), "limit": f"{run.wall_s:g}"}
            rows.append((_("Time in cells"), _("%(used)s of %(limit)s s") % of))
        if "probe" in phases:
            rows.append((_("Calling your functions"), _seconds(phases["probe"])))
        if run.resources:
            rows += [
                (_("Memory"), _megabytes(run.resources["peak_mb"])),
                (_("Processor"), _seconds(run.resources["cpu_s"])),
            ]
        if run.resources.get("gpu_peak_mb"):
            rows.append((_("Memory of the GPU"), _megabytes(run.resources["gpu_peak_mb"])))
        return rows + [(str(ENVIRONMENT.get(name, name)), value) for name, value in run.environment.items()]

    @property
    def our_share(self) -> list[tuple[str, str]]:
        """Seconds that count against nobody's limit: waiting, starting, packing up, grading."""
        run, phases = self.run, self.run.phases
        spans = [
            (_("Waiting"), _between(run.queued_at, run.started_at)),
            (_("Starting Python"), phases.get("starting")),
            (_("Packing up"), phases.get("closing")),
            (_("Grading"), _between(run.grading_at, run.finished_at)),
        ]
        return [(name, _seconds(seconds)) for name, seconds in spans if seconds is not None]

    @property
    def is_cleaned_up(self) -> bool:
        """Whether the run's files were cleared away for their age."""
        return self.run.files != Files.ALL

    @cached_property
    def transitions(self) -> list[Transition]:
        """All moves of the run, the first one first."""
        return list(self.run.transitions.all())

    @cached_property
    def others(self) -> list[Submission]:
        """The learner's hand-ins for the same exercise, the latest first."""
        mine = Submission.objects.of(self.submission.user).filter(exercise=self.submission.exercise_id)
        return list(mine.prefetch_related("runs", "overrides").order_by("-number")[:50])

    @cached_property
    def attempts(self) -> tuple[int, int | None]:
        """How many attempts are used up, and how many there are (None: no limit)."""
        of = self.submission
        return Submission.objects.allowance(of.user, of.exercise, of.version)
