"""A regrade whose worker is killed goes on, and every hand-in is regraded once."""

import shutil
from pathlib import Path

import pytest
from django.conf import settings as django_settings

from apps.accounts.models import Notification
from apps.exercises.models import Exercise
from apps.submissions.constants import RegradeState
from apps.submissions.models import Regrade
from apps.submissions.services import regrading
from studyhub import bench_regrade
from tests.live.conftest import wait_for

pytestmark = [pytest.mark.live, pytest.mark.sandbox, pytest.mark.django_db(transaction=True)]
STORED = 120


def reaches(regrade: Regrade, state: RegradeState) -> None:
    def there():
        regrade.refresh_from_db()
        return regrade.state == state

    wait_for(there, f"the regrade is {state}; it is {regrade.state}", 240)


def killed_in_the_middle(site, part) -> None:
    """Kill the control worker once `part` of the items has been dealt with and not all, then start another."""
    wait_for(lambda: part.count() > 0, "some are done")
    site.kill("control")
    assert 0 < part.count() < STORED
    site.start("control")


def test_the_control_worker_is_killed_while_it_compares_and_while_it_applies(site, settings, tmp_path: Path):
    curriculum = tmp_path / "notebooks"
    shutil.copytree(django_settings.CURRICULUM_DIR, curriculum)
    settings.CURRICULUM_DIR = curriculum
    lead = bench_regrade.store(STORED, tmp_path)
    bench_regrade.new_version()
    exercise = Exercise.objects.get(slug=bench_regrade.SLUG)
    site.start("control", "beat")
    regrade = regrading.start(by=lead, exercise=exercise, version=exercise.current_version, reason="A slip of ours.")
    killed_in_the_middle(site, regrade.items.filter(new_score__isnull=False))
    reaches(regrade, RegradeState.READY)
    assert not regrade.items.filter(trial__isnull=False).exists()  # nothing had to run again
    assert regrading.apply(regrade=regrade, by=lead, keep_higher=False)
    killed_in_the_middle(site, regrade.items.filter(applied=True))
    reaches(regrade, RegradeState.APPLIED)
    bench_regrade.check_each_once(regrade)
    changed = [item for item in regrade.items.all() if item.new_score != item.old_score]
    assert Notification.objects.count() == len(changed)
