"""`manage.py check --deploy` finds out whether this machine can run notebooks, and says what to do."""

import pytest

from apps.runner import canary, sandbox
from apps.runner import zygote_nursery as nursery
from apps.submissions import checks


@pytest.mark.sandbox
def test_a_machine_that_can():
    assert checks.notebooks_can_be_sealed_off(None) == []


@pytest.mark.sandbox
def test_a_machine_that_can_not_is_told_the_remedy(monkeypatch):
    nursery.end_all()
    monkeypatch.setattr(sandbox, "bubblewrap", lambda: "/bin/false")
    (found,) = checks.notebooks_can_be_sealed_off(None)
    assert found.id == "submissions.E001"
    assert "bubblewrap could not set up the sandbox" in found.msg
    assert "user.max_user_namespaces" in found.hint


def test_a_machine_for_the_site_alone_is_not_asked(monkeypatch):
    monkeypatch.setenv("STUDYHUB_RUNS_NOTEBOOKS", "0")
    monkeypatch.setattr(canary, "canary", lambda: pytest.fail("it ran a notebook"))
    assert checks.notebooks_can_be_sealed_off(None) == []


def test_more_slots_than_memory_is_a_warning(monkeypatch):
    monkeypatch.setenv("STUDYHUB_RUN_SLOTS_CPU", "10000")
    (found,) = checks.warm_kernels_have_memory(None)
    assert found.id == "submissions.W001"
    monkeypatch.setenv("STUDYHUB_WARM", "0")
    assert checks.warm_kernels_have_memory(None) == []
