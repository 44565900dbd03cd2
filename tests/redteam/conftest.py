"""Carries an attack out, runs a known-good notebook directly after it, and looks for what is left behind."""

import gc
import itertools
import tempfile

import pytest

from apps.runner import zygote_nursery as nursery
from tests.redteam import kit


@pytest.fixture(scope="session", autouse=True)
def opened_for_good(tmp_path_factory):
    """What the first runs of a process open for good (event loops, the context of sockets) is no trace of an attack.

    Warm kernels don't tell that there were such runs: another file may have begun them, or a run of another thread.
    """
    folder = tmp_path_factory.mktemp("first")
    for number, warm in enumerate((True, True, False)):
        ran = kit.run_notebook(folder / f"first-{number}", kit.HONEST, f"x = {'x' * 300_000!r}", warm=warm)
        assert ran.score == 1
    # What there is by now no attack has made: to look through all of it after each would take longer than the attacks.
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture(autouse=True)
def warmed_up(opened_for_good, tmp_path):
    """Nor are the warm kernels, which a test of another folder may have ended."""
    if ("numpy", (), "") not in nursery._zygotes:
        assert kit.run_notebook(tmp_path / "warm", kit.HONEST).score == 1


@pytest.fixture
def own_tmp(tmp_path, monkeypatch):
    folder = tmp_path / "tmp"
    folder.mkdir(mode=0o755)
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def carry_out(tmp_path, own_tmp):
    """Run an attack and the canary after it; keywords replace text in its code. Returns the attack's run."""
    numbers = itertools.count()

    def go(attack: kit.Attack, **words: object) -> kit.Ran:
        code = attack.code
        for name, word in words.items():
            code = code.replace(f"«{name}»", str(word))
        nursery.wait_for_spares()
        before = kit.Trace.now()
        ran = kit.run_notebook(tmp_path / f"attack-{next(numbers)}", kit.HONEST, code, **attack.limits)
        canary = kit.run_notebook(tmp_path / f"canary-{next(numbers)}", kit.HONEST)
        assert (canary.result.outcome, canary.score) == ("completed", 1.0), canary.result
        nursery.wait_for_spares()  # as before: one that is just being made has a helper for a moment
        assert kit.left_behind(before) == []
        kit.assert_held(attack, ran)
        return ran

    return go
