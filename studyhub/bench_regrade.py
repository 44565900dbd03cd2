"""How long a learner's hand-in takes while a thousand stored ones are graded anew, against a quiet site.

    python -m studyhub.bench_regrade [--stored 1000] [--live 20] [--kill]

Runs a whole site in a throw-away folder, prints its figures and writes var/bench/regrade.json. With --kill the control
worker is killed in the middle, and started again: every hand-in must be regraded once all the same.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studyhub import env, roles

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.submissions.models import Regrade, Submission

SLUG = "linear-regression-from-scratch"
TRACK = "regression"
VARIANTS = ("reference", "starter")
# The new version: nothing is asked otherwise, so what is stored is graded.
CHANGE = "\n# Another version of the grading.\n"


def say(text: str) -> None:
    """A line of the report."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def wait_for(condition: Callable[[], Any], what: str, seconds: float = 900.0) -> None:
    """Raises SystemExit where it does not come true in time."""
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise SystemExit(f"Not within {seconds:g} s: {what}")
        time.sleep(0.02)


def store(count: int, folder: Path) -> User:
    """Hand in notebooks of the past, graded from runs that took place; then copy rows and files to `count` in all."""
    from django.contrib.auth import get_user_model
    from django.utils import timezone

    from apps.exercises.models import Exercise
    from apps.submissions.services.replay import hand_in_past

    people = get_user_model().objects
    lead = people.create_user("lead@bench.example", is_staff=True)
    learners = [people.create_user(f"learner-{number}@bench.example") for number in range(20)]
    exercise = Exercise.objects.get(slug=SLUG)
    at = timezone.now() - timedelta(days=1)
    first = [
        hand_in_past(user=lead, exercise=exercise, variant=variant, at=at, store=folder / "runs-of-variants")
        for variant in VARIANTS
    ]
    for number in range(count - len(first)):
        copy(first[number % len(first)], learners[number % len(learners)], number // len(learners) + 1)
    return lead


def copy(original: Submission, user: User, number: int) -> None:
    """The same hand-in by somebody else: its rows, and its run's folder with the new run's name in the result."""
    from apps.submissions.models import CheckResult, Run, Submission, SubmittedNotebook

    run, text = original.runs.get(), original.notebook.text
    checks = list(run.checks.all())
    source = run.stored.path
    submission = Submission.objects.get(pk=original.pk)
    submission.pk, submission.user, submission.number = uuid.uuid4(), user, number
    submission.save(force_insert=True)
    SubmittedNotebook.objects.create(submission=submission, text=text)
    run = Run.objects.get(pk=run.pk)
    run.pk, run.submission = uuid.uuid4(), submission
    run.save(force_insert=True)
    for check in checks:
        check.pk, check.run = None, run
    CheckResult.objects.bulk_create(checks)
    shutil.copytree(source, run.stored.path)
    path = run.stored.path / "result" / "result.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"run_id": str(run.pk)}))


def live_s(user: User, data: bytes) -> float:
    """Seconds from handing in to a score, as a learner waits for it."""
    from apps.exercises.models import Exercise
    from apps.submissions.constants import State
    from apps.submissions.models import Run
    from apps.submissions.services import submit

    started = time.perf_counter()
    handed_in = submit(user=user, exercise=Exercise.objects.get(slug=SLUG), filename="live.ipynb", data=data)
    run = handed_in.runs.get()
    wait_for(lambda: Run.objects.filter(pk=run.pk, state=State.DONE).exists(), "a live hand-in ends", 120)
    return time.perf_counter() - started


class Processes:
    """The site's processes, without the web server."""

    def __init__(self) -> None:
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, *names: str) -> None:
        """Start some of them."""
        from studyhub.management.commands.serve import PROCESSES

        for name in names:
            command = roles.invocation(PROCESSES[name])
            self.running[name] = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def kill(self, name: str) -> None:
        """With a signal that can't be caught; its children end with it."""
        process = self.running.pop(name)
        process.kill()
        process.wait()

    def stop(self) -> None:
        """End all of them."""
        for process in self.running.values():
            process.terminate()
        for process in self.running.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=20)
                continue
            process.kill()


@contextlib.contextmanager
def site(folder: Path) -> Iterator[Processes]:
    """A site over `folder`, with a curriculum that may be changed."""
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
    call_command("sync_curriculum", verbosity=0)
    running = Processes()
    try:
        yield running
    finally:
        running.stop()


def new_version() -> None:
    """Change the grading of the exercise, as its author would."""
    from django.conf import settings
    from django.core.management import call_command

    grading = settings.CURRICULUM_DIR / TRACK / SLUG / "grading.py"
    grading.write_text(grading.read_text(encoding="utf-8") + CHANGE, encoding="utf-8")
    call_command("sync_curriculum", verbosity=0)


def while_it_lasts(regrade: Regrade, state: str, user: User, data: bytes) -> list[float]:
    """Times of live hand-ins, one after the other, for as long as the regrade is in `state`."""
    times = []
    while True:
        took = live_s(user, data)
        regrade.refresh_from_db()
        if regrade.state != state:
            return times
        times.append(took)


def measure(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """The figures. 1. stored hand-ins; 2. live ones on a quiet site; 3. while comparing; 4. while applying."""
    from django.contrib.auth import get_user_model

    from apps.exercises.build import notebook_bytes
    from apps.exercises.models import Exercise
    from apps.submissions.services import regrading

    with site(folder) as running:
        lead = store(options.stored, folder)
        say(f"{options.stored} hand-ins are stored")
        user = get_user_model().objects.create_user("live@bench.example")
        data = notebook_bytes(Exercise.objects.get(slug=SLUG).current_version.package(), "reference")
        running.start("control", "beat", "runner")
        live_s(user, data)  # starts the zygote
        quiet = [live_s(user, data) for _ in range(options.live)]
        say(f"quiet: {summary(quiet)}")
        new_version()
        exercise = Exercise.objects.get(slug=SLUG)
        live_s(user, data)  # the new version is read once by each process
        started = time.perf_counter()
        regrade = regrading.start(by=lead, exercise=exercise, version=exercise.current_version, reason="A benchmark.")
        if options.kill:
            kill_in_the_middle(running, regrade)
        comparing = while_it_lasts(regrade, "comparing", user, data)
        wait_for(lambda: fresh(regrade).state == "ready", "it is compared")
        compared_s = time.perf_counter() - started
        say(f"compared in {compared_s:.1f} s, live ones meanwhile: {summary(comparing)}")
        started = time.perf_counter()
        regrading.apply(regrade=regrade, by=lead, keep_higher=False)
        applying = while_it_lasts(regrade, "applying", user, data)
        wait_for(lambda: fresh(regrade).state == "applied", "it is applied")
        applied_s = time.perf_counter() - started
        say(f"applied in {applied_s:.1f} s, live ones meanwhile: {summary(applying)}")
        after = [live_s(user, data) for _ in range(options.live)]
        check_each_once(regrade)
    quiet += after
    during = comparing + applying
    return {
        "stored": regrade.items.count(),
        "killed": options.kill,
        "quiet_s": summary(quiet),
        "during_s": summary(during),
        "ratio_of_medians": round(statistics.median(during) / statistics.median(quiet), 3) if during else None,
        "compared_in_s": round(compared_s, 1),
        "applied_in_s": round(applied_s, 1),
    }


def kill_in_the_middle(running: Processes, regrade: Regrade) -> None:
    """Kill the control worker once a third is compared, and start another."""
    third = regrade.items.count() // 3
    wait_for(lambda: regrade.items.filter(new_score__isnull=False).count() > third, "a third is compared")
    running.kill("control")
    running.start("control")


def check_each_once(regrade: Regrade) -> None:
    """Raises SystemExit unless every hand-in was regraded, and once."""
    from apps.submissions.models import Transition

    moves = Transition.objects.filter(reason__startswith="Regraded", run__in=regrade.items.values("run"))
    runs = list(moves.values_list("run", flat=True))
    whole = regrade.items.filter(applied=True, problem="").count() == regrade.items.count()
    if not whole or len(runs) != len(set(runs)) or len(runs) != regrade.items.count():
        raise SystemExit(f"{len(runs)} moves of {len(set(runs))} runs for {regrade.items.count()} hand-ins")


def fresh(regrade: Regrade) -> Regrade:
    """Its row as it is now."""
    regrade.refresh_from_db()
    return regrade


def summary(times: list[float]) -> dict[str, Any]:
    """Of some times: how many, median, the largest."""
    if not times:
        return {"n": 0}
    return {"n": len(times), "median": round(statistics.median(times), 3), "largest": round(max(times), 3)}


def main() -> None:
    """The program."""
    parser = argparse.ArgumentParser(prog="python -m studyhub.bench_regrade", description=__doc__.split("\n")[0])
    parser.add_argument("--stored", type=int, default=1000, help="hand-ins that are graded anew (default: 1000)")
    parser.add_argument("--live", type=int, default=20, help="live ones before and after (default: 20)")
    parser.add_argument("--kill", action="store_true", help="kill the control worker in the middle")
    options = parser.parse_args()
    var = env.var_folder()
    with tempfile.TemporaryDirectory(prefix="studyhub-bench-") as name:
        shutil.copytree(Path(__file__).resolve().parents[1] / "notebooks", Path(name) / "notebooks")
        settings = {"STUDYHUB_VAR": name, "STUDYHUB_CURRICULUM": f"{name}/notebooks", "STUDYHUB_DEBUG": "1"}
        os.environ.update({**settings, "DJANGO_SETTINGS_MODULE": "studyhub.settings"})
        os.environ["STUDYHUB_LOG_LEVEL"] = "ERROR"
        import django

        django.setup()
        figures = measure(options, Path(name))
    target = var / "bench" / "regrade.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(figures, indent=1))
    say(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
