"""Formulas in a sandbox of their own: values, limits, and tasks that are none."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from apps.quizzes.trees import FUNCTIONS
from apps.runner import formulas
from apps.runner.errors import SandboxError
from apps.runner.formulas import judge_expression

pytestmark = pytest.mark.sandbox
X = ["name", "x"]
POINTS = [{"x": "0.5"}, {"x": "0.0"}, {"x": "-2.0"}]


def number(value: object) -> list[str]:
    return ["number", str(value)]


def judge(tree, points=POINTS, **limits):
    return judge_expression({"tree": json.dumps(tree), "points": points}, **limits)


@pytest.fixture(autouse=True)
def no_spare():
    yield
    formulas.drop()


@pytest.fixture(params=["own", "spare"])
def which(request, monkeypatch):
    """A formula brings its own sandbox, or finds one that waits: what asks for this is tried on both."""
    if request.param == "own":
        return
    judge_in_own = formulas.judge_expression

    def judge_in_spare(task, **limits):
        formulas.prepare()
        assert formulas._spare
        return judge_in_own(task, **limits)

    monkeypatch.setitem(globals(), "judge_expression", judge_in_spare)


def test_values_come_back_precisely_and_where_there_is_none_as_none(which):
    outcome = judge(["/", number(1), X])
    assert outcome["status"] == "ok"
    assert outcome["values"][1] is None
    assert [float(value) for value in outcome["values"][::2]] == [2, -0.5]


def test_complex_values_are_none(which):
    assert judge(["call", "sqrt", X])["values"][2] is None


@pytest.mark.parametrize(
    "tree",
    [
        ["call", "max", ["call", "sqrt", X], number(0)],
        ["call", "relu", ["call", "ln", X]],
        ["call", "min", X, ["/", number(1), ["-", X, X]]],
        ["call", "max", ["call", "sqrt", number(-1)], X],
    ],
    ids=["root", "logarithm", "division by zero", "constant"],
)
def test_what_has_no_order_has_no_value(tree, which):
    outcome = judge(tree)
    assert outcome["status"] == "ok", outcome
    assert outcome["values"][2] is None


def test_both_sides_mean_the_same_by_every_function(which):
    """One sum with all of them, each with a weight of its own, for the sandbox takes a second or two to start."""
    x, tree, expected = 0.375, number(0), 0.0
    for weight, (name, (function, least, _)) in enumerate(FUNCTIONS.items(), start=1):
        arguments = [X, number("1/4")][:least]
        tree = ["+", tree, ["*", number(weight), ["call", name, *arguments]]]
        expected += weight * function(*[x, 0.25][:least])
    (value,) = judge(tree, [{"x": str(x)}])["values"]
    assert float(value) == pytest.approx(expected, rel=1e-13)


def tower(height: int):
    return X if height == 0 else ["^", number(9), tower(height - 1)]


@pytest.mark.parametrize(
    "tree",
    [
        ["^", number(9), ["^", number(9), number(9)]],
        ["^", ["^", number(9), ["^", number(9), number(9)]], ["^", number(9), number(9)]],
        tower(7),
    ],
    ids=["9^9^9", "power of a power", "tower"],
)
def test_what_takes_for_ever_ends_in_time(tree, which):
    """The reader lets none of these through; the sandbox does not rely on it."""
    started = time.perf_counter()
    outcome = judge(tree, [{"x": "3.0"}], wall_s=5)
    assert outcome["status"] in {"too_hard", "platform_error", "ok"}
    assert time.perf_counter() - started < 15


def test_time_is_limited_from_outside(which):
    assert judge(["+", X, X], wall_s=0.05) == {"status": "too_hard"}


def test_memory_is_limited(monkeypatch, which):
    monkeypatch.setattr(formulas, "MEMORY_MB", 1)
    assert judge(["+", X, X])["status"] in {"too_hard", "platform_error"}


@pytest.mark.parametrize(
    "task",
    [
        {},
        {"tree": 1, "points": POINTS},
        {"tree": "x" * 30_000, "points": POINTS},
        {"tree": "[]", "points": []},
        {"tree": "[]", "points": [{}]},
        {"tree": "[]", "points": [{"__import__('os')": "1"}]},
        {"tree": "[]", "points": [{"x": "__import__('os')"}]},
        {"tree": "[]", "points": [{"x": 1}]},
        {"tree": "[]", "points": POINTS * 50},
    ],
)
def test_what_is_no_task_is_refused(task):
    with pytest.raises(ValueError, match=r"A task|A point"):
        judge_expression(task)


@pytest.mark.parametrize("tree", ["__import__('os')", '["call","__import__",["name","x"]]', '["name","os"]', "[]"])
def test_what_is_no_tree_is_never_run(tree, which):
    outcome = judge_expression({"tree": tree, "points": POINTS})
    assert outcome["status"] == "platform_error"


class TestSpare:
    """A sandbox that waits for one formula."""

    @pytest.fixture
    def spare(self):
        formulas.prepare()
        return formulas._spare

    def test_it_takes_one_formula_and_ends(self, spare):
        assert judge(X)["status"] == "ok"
        assert not psutil.pid_exists(spare.process.pid)
        assert formulas._spare is None

    def test_the_next_formula_gets_another(self, spare):
        judge(X)
        formulas.prepare()
        assert formulas._spare.process.pid != spare.process.pid

    def test_there_is_one_at_a_time(self, spare):
        formulas.prepare()
        assert formulas._spare is spare

    def test_it_is_sealed_as_any_other(self, spare):
        """The same namespaces are its own, the same system calls are refused, and nothing of ours is in its memory."""
        own = formulas.Sealed(idle_s=60)
        kinds = ("user", "mnt", "net", "ipc", "pid", "uts")
        try:
            for sealed in (spare, own):
                inner = python_in(sealed)
                namespaces = [os.readlink(f"/proc/{inner.pid}/ns/{kind}") for kind in kinds]
                assert not set(namespaces) & {os.readlink(f"/proc/self/ns/{kind}") for kind in kinds}
                status = Path(f"/proc/{inner.pid}/status").read_text()
                assert "Seccomp:\t2" in status
                assert "CapEff:\t0000000000000000" in status
                assert "NoNewPrivs:\t1" in status
                assert not any("STUDYHUB" in name for name in inner.environ())
        finally:
            own.end()
            own.close()

    def test_one_that_has_died_is_made_up_for(self, spare):
        spare.end()
        assert judge(X)["status"] == "ok"

    def test_one_from_before_packages_changed_is_not_used(self, spare, monkeypatch):
        monkeypatch.setattr(formulas, "environment_mark", lambda: (1,))
        assert judge(X)["status"] == "ok"
        assert spare.process.returncode is not None

    def test_it_ends_by_itself_when_no_formula_comes(self, monkeypatch):
        monkeypatch.setattr(formulas, "IDLE_S", 0.1)
        formulas.prepare()
        assert formulas._spare.process.wait(timeout=60) == 0

    def test_it_ends_with_its_worker_however_that_ends(self):
        program = (
            "import os, signal; from apps.runner import formulas; formulas.prepare(); "
            "print(formulas._spare.process.pid, flush=True); os.kill(os.getpid(), signal.SIGKILL)"
        )
        run = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, cwd=Path.cwd())
        assert run.returncode == -9
        left = [one for one in psutil.process_iter() if one.pid == int(run.stdout)]
        assert psutil.wait_procs(left, timeout=60)[1] == []

    def test_a_fork_of_the_worker_leaves_it_alone(self, spare):
        child = os.fork()
        if not child:
            os._exit(0 if formulas._spare is None else 1)
        assert os.waitpid(child, 0)[1] == 0
        assert spare.process.poll() is None
        assert judge(X)["status"] == "ok"

    def test_none_where_warm_kernels_are_not_wanted(self, monkeypatch):
        monkeypatch.setenv("STUDYHUB_WARM", "0")
        formulas.prepare()
        assert formulas._spare is None

    def test_none_where_memory_is_short(self, monkeypatch):
        monkeypatch.setattr(formulas, "SPARE_MEMORY_MB", 10**9)
        formulas.prepare()
        assert formulas._spare is None

    def test_where_it_can_not_be_had_the_formula_is_judged_all_the_same(self, monkeypatch, caplog):
        with monkeypatch.context() as patch:
            patch.setattr(formulas, "Sealed", refuse)
            formulas.prepare()
        assert "no bubblewrap" in caplog.text
        assert judge(X)["status"] == "ok"


def refuse(*arguments):
    raise SandboxError("no bubblewrap")


def python_in(sealed) -> psutil.Process:
    """The process that waits for the formula, the innermost; it is there once SymPy is being imported."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with suppress(psutil.NoSuchProcess):  # one of those that set the sandbox up has ended since it was listed
            inner = [
                one
                for one in psutil.Process(sealed.process.pid).children(recursive=True)
                if one.cmdline()[:1]
                and one.cmdline()[0].endswith("python")
                and "-I" in one.cmdline()[:3]
                and not one.children()
            ]
            if inner and "-S" not in inner[-1].cmdline():
                return inner[-1]
    raise AssertionError("No Python was started in the sandbox.")
