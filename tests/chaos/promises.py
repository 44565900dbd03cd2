"""What was promised, looked up in the database once all faults are over."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from apps.submissions.constants import FINAL_STATES, MOVES, State, Verdict
from apps.submissions.models import Run, Standing, Submission, Transition

# What a run came to, as far as a fault may not change it.
Result = tuple[str, float, tuple[tuple[str, float], ...]]


@dataclass
class Broken:
    """The hand-ins of which a promise was broken, by promise."""

    not_final: set[str] = field(default_factory=set)
    double_scored: set[str] = field(default_factory=set)
    score_differs: set[str] = field(default_factory=set)
    attempts_not_refunded: set[str] = field(default_factory=set)
    illegal_transitions: set[str] = field(default_factory=set)
    # Accepted, and not in the database.
    lost: set[str] = field(default_factory=set)
    # The row of a learner's standing says something else than the runs.
    standing_differs: set[str] = field(default_factory=set)

    def counts(self) -> dict[str, int]:
        """How many, for each promise."""
        return {name: len(found) for name, found in vars(self).items()}


def result_of(run: Run) -> Result:
    """Verdict, score, and the points of each check."""
    checks = tuple(sorted((check.check_id, check.points) for check in run.checks.all()))
    return run.verdict, run.score or 0.0, checks


def look_up(accepted: set[UUID], expected: Mapping[UUID, Result]) -> Broken:
    """Go through all hand-ins. `expected` is what each comes to without faults, as far as that is known.

    What ended by our fault has no score to compare; it must have cost no attempt.
    """
    broken = Broken()
    submissions = list(Submission.objects.prefetch_related("runs__checks").select_related("exercise", "user"))
    broken.lost = {str(pk) for pk in accepted - {submission.pk for submission in submissions}}
    moves: dict[UUID, list[Transition]] = defaultdict(list)
    for move in Transition.objects.order_by("pk"):
        moves[move.run_id].append(move)
    for submission in submissions:
        name, runs = str(submission.pk), list(submission.runs.all())
        run = submission.run
        if len(runs) != 1 or run.state not in FINAL_STATES:
            broken.not_final.add(name)
            continue
        if not is_scored_once(run, moves[run.pk]):
            broken.double_scored.add(name)
        if not is_legal(run, moves[run.pk]):
            broken.illegal_transitions.add(name)
        wanted = expected.get(submission.pk)
        if run.verdict != Verdict.PLATFORM_ERROR and wanted is not None and result_of(run) != wanted:
            broken.score_differs.add(name)
    _look_at_learners(submissions, broken)
    return broken


def is_scored_once(run: Run, moves: list[Transition]) -> bool:
    """One end and, unless it ended by our fault, one score that its checks add up to."""
    ends = [move for move in moves if move.to_state in FINAL_STATES]
    checks = list(run.checks.all())
    if len(ends) != 1 or len({check.check_id for check in checks}) != len(checks):
        return False
    if run.verdict == Verdict.PLATFORM_ERROR:
        return not checks
    return abs((run.score or 0.0) - sum(check.points for check in checks)) < 0.01


def is_legal(run: Run, moves: list[Transition]) -> bool:
    """Whether the record is one path from handing in to where the run is, by moves that there are."""
    if not moves or (moves[0].from_state, moves[0].to_state, moves[0].attempt) != ("", State.QUEUED, 1):
        return False
    attempt = 1
    for before, move in itertools.pairwise(moves):
        if move.from_state != before.to_state or (State(move.from_state), State(move.to_state)) not in MOVES:
            return False
        # A move that gives an attempt up is written down with the attempt that it gives up.
        if before.to_state in FINAL_STATES or move.attempt != attempt:
            return False
        attempt += gives_up(move)
    return moves[-1].to_state == run.state and attempt == run.attempt


def gives_up(move: Transition) -> bool:
    """Whether an attempt ended with this move and another one began."""
    return move.reason.startswith("Our fault")


def _look_at_learners(submissions: list[Submission], broken: Broken) -> None:
    """Attempts and standings: of each learner and exercise what the runs say, counted here once more."""
    groups: dict[tuple[int, int], list[Submission]] = defaultdict(list)
    for submission in submissions:
        groups[submission.user_id, submission.exercise_id].append(submission)
    standings = {(row.user_id, row.exercise_id): row for row in Standing.objects.all()}
    for key, mine in groups.items():
        used = sum(submission.run.verdict != Verdict.PLATFORM_ERROR for submission in mine)
        if Submission.objects.attempts_used(mine[0].user, mine[0].exercise) != used:
            broken.attempts_not_refunded.add(str(mine[0].user))
        if not _agrees(standings.get(key), mine, used):
            broken.standing_differs.add(str(mine[0].user))


def _agrees(standing: Standing | None, mine: list[Submission], used: int) -> bool:
    if standing is None:
        return False
    shares = [
        (item.run.score or 0.0) / item.run.max_score
        for item in mine
        if item.run.state == State.DONE and item.run.verdict != Verdict.PLATFORM_ERROR and item.run.max_score
    ]
    latest = max(mine, key=lambda item: item.number)
    best = max(shares, default=None)
    return (
        standing.attempts == used
        and standing.latest_id == latest.pk
        and standing.latest_state == latest.run.state
        and (standing.best_share == best if best is None else abs((standing.best_share or 0.0) - best) < 1e-6)
    )
