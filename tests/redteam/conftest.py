"""Carries an attack out, runs a known-good notebook directly after it, and looks for what is left behind."""

import itertools
import tempfile

import pytest

from apps.runner import zygote_nursery as nursery
from tests.redteam import kit


@pytest.fixture(autouse=True)
def warmed_up(tmp_path_factory):
    """What the first run opens for good (loops, clients, warm kernels) is no trace of an attack.

    Once would do, if no test of another folder ended the warm kernels of this process in between.
    """
    if ("numpy", (), "") in nursery._zygotes:
        return
    folder = tmp_path_factory.mktemp("warm")
    for number in range(2):
        assert kit.run_notebook(folder / f"warm-{number}", kit.HONEST, f"x = {'x' * 300_000!r}").score == 1


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
        assert kit.left_behind(before) == []
        kit.assert_held(attack, ran)
        return ran

    return go
