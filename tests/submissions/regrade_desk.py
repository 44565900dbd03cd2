"""A second version of the tests' exercise, and a control side that works a regrade off."""

from __future__ import annotations

from types import SimpleNamespace

from apps.exercises.models import Exercise, ExerciseVersion
from apps.grading.inputs import Inputs
from apps.submissions import bell, services
from apps.submissions.models import Regrade
from tests.submissions import conftest


class Kinder(conftest.Package):
    """The second version: `bonus` is added to what a hand-in earned; a change of `asks` asks something else."""

    def __init__(self) -> None:
        super().__init__()
        self.bonus, self.asks = 0.0, 21

    def spec(self):
        if self.broken:
            raise self.broken
        draw = lambda seed: Inputs(values={"x": self.asks}, hidden={"y": 43})  # noqa: E731
        return SimpleNamespace(draw=draw, probes=(), max_score=4.0, bonus=self.bonus)


def graded(spec, *, seed, artefacts):
    """As conftest.graded, the bonus in the first check."""
    report = conftest.graded(spec, seed=seed, artefacts=artefacts)
    first, second = report.checks
    points = min(max(first.points + getattr(spec, "bonus", 0), 0), first.max_points)
    first = SimpleNamespace(**{**vars(first), "points": points, "passed": points == first.max_points})
    return SimpleNamespace(score=first.points + second.points, max_score=4.0, checks=(first, second), entry=None)


class Office:
    """Regrades of the tests' exercise, worked off from the messages that the desk keeps."""

    def __init__(self, desk: conftest.Desk, lead, kinder: Kinder, version: ExerciseVersion) -> None:
        self.desk, self.lead, self.kinder, self.version = desk, lead, kinder, version

    def start(self, **changes: object) -> Regrade:
        wanted = {"by": self.lead, "exercise": self.desk.exercise, "version": self.version, "reason": "A wrong test."}
        return services.regrading.start(**{**wanted, **changes})

    def compared(self, **changes: object) -> Regrade:
        return self.work(self.start(**changes))

    def work(self, regrade: Regrade) -> Regrade:
        """All slices that there are, one after the other."""
        regrade.refresh_from_db()
        while services.regrading.work(pk=regrade.pk, number=regrade.slices):
            regrade.refresh_from_db()
            if (bell.REGRADE_TASK, (regrade.pk, regrade.slices), "control") not in self.desk.messages:
                break
        regrade.refresh_from_db()
        return regrade

    def apply(self, regrade: Regrade, *, keep_higher: bool = False) -> Regrade:
        assert services.regrading.apply(regrade=regrade, by=self.lead, keep_higher=keep_higher)
        return self.work(regrade)


def second_version(exercise: Exercise) -> ExerciseVersion:
    version = ExerciseVersion.objects.create(
        exercise=exercise, digest="e" * 64, manifest=exercise.current_version.manifest, max_score=4.0
    )
    exercise.current_version = version
    exercise.save()
    return version
