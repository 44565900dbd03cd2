"""What the page of a hand-in says, worked out from its run."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from . import rendering
from .compared import Compared, as_table
from .constants import State, Verdict
from .messages import TURNS, Sentence, Turn, sentence_for
from .models import CheckResult, Run, Submission, SubmittedNotebook, Transition
from .services.release import slots

SOURCE_SHOWN = 4000


def is_fragment(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of a page. Boosted and history requests need all of it."""
    htmx = request.htmx  # type: ignore[attr-defined]
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


@dataclass(frozen=True)
class ShownCheck:
    """A check's result, and what it compared as a table."""

    result: CheckResult
    table: Compared | None


class RunPage:
    """Everything that detail.html and its live part show. Each part costs its queries only where it is shown."""

    def __init__(self, submission: Submission) -> None:
        self.submission = submission
        self.run: Run = submission.run
        self.now = timezone.now()

    @property
    def name(self) -> str:
        """What it is called among one's hand-ins for the exercise."""
        return f"Hand-in {self.submission.number}"

    @cached_property
    def sentence(self) -> Sentence:
        """State or verdict in words."""
        return sentence_for(self.run.state, self.run.verdict)

    @property
    def turn(self) -> str:
        """Whose turn it is, in words."""
        if self.run.verdict == Verdict.PASSED and self.run.state == State.DONE:
            return ""
        return TURNS[self.sentence.turn]

    @property
    def our_fault(self) -> bool:
        """Whether the platform has to act now that the run has ended."""
        return self.run.is_final and self.sentence.turn == Turn.US

    @property
    def shown_state(self) -> str:
        """The verdict where there is one, else the state: what the `state` tag draws."""
        return self.run.verdict or self.run.state

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
        """About how long until it starts, in words; empty where nothing is known yet."""
        typical = Run.objects.typical_seconds(self.run.queue)
        if self.position is None or typical is None or not self.has_runner:
            return ""
        seconds = math.ceil(self.position / slots()[self.run.queue]) * typical
        return "less than half a minute" if seconds < 30 else f"about {max(1, round(seconds / 60))} min"

    # Running

    @property
    def elapsed(self) -> float:
        """Seconds since it began to run."""
        return self.run.elapsed(self.now)

    @property
    def cell_count(self) -> int:
        """How many cells will be run."""
        return len(self.run.cells)

    @property
    def cells_done(self) -> int:
        """How many cells have been run."""
        return sum(cell["status"] in {"completed", "failed"} for cell in self.run.cells)

    @cached_property
    def running_cell(self) -> int | None:
        """The number of the running cell among those that are run, from 1."""
        index = self.run.progress.get("cell")
        numbers = [n for n, cell in enumerate(self.run.cells, 1) if cell["index"] == index]
        return numbers[0] if numbers and index is not None else None

    @cached_property
    def running_source(self) -> str:
        """The source of the running cell."""
        if self.running_cell is None:
            return ""
        cells = self._submitted["cells"]
        index = self.run.progress["cell"]
        return str(cells[index]["source"])[:SOURCE_SHOWN] if index < len(cells) else ""

    @cached_property
    def _submitted(self) -> dict[str, Any]:
        text = SubmittedNotebook.objects.values_list("text", flat=True).get(pk=self.submission.pk)
        content: dict[str, Any] = json.loads(text)
        return content

    # Ended

    @cached_property
    def checks(self) -> list[ShownCheck]:
        """What each check found."""
        return [ShownCheck(result, as_table(result.compared)) for result in self.run.checks.all()]

    @cached_property
    def has_executed(self) -> bool:
        """Whether there is an executed notebook to show."""
        return self.run.is_final and rendering.has_executed(self.run)

    @cached_property
    def transitions(self) -> list[Transition]:
        """All moves of the run, the first one first."""
        return list(self.run.transitions.all())

    @cached_property
    def others(self) -> list[Submission]:
        """The learner's hand-ins for the same exercise, the latest first."""
        mine = Submission.objects.of(self.submission.user).filter(exercise=self.submission.exercise_id)
        return list(mine.prefetch_related("runs").order_by("-number")[:50])

    @cached_property
    def attempts(self) -> tuple[int, int | None]:
        """How many attempts are used up, and how many there are (None: no limit)."""
        used = Submission.objects.attempts_used(self.submission.user, self.submission.exercise)
        return used, self.submission.version.manifest.get("attempts")
