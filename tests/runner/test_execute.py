"""What a run is, when nothing goes wrong with it: cells, probes, seeds, progress, limits that were told."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from apps.runner.contract import HiddenInput, Limits, ProbeCall, RunRequest

pytestmark = [pytest.mark.sandbox, pytest.mark.usefixtures("kernel")]

PROJECT = Path(__file__).resolve().parents[2]
X = HiddenInput(name="X", kind="array")


def call(target: str, *args, **keywords) -> ProbeCall:
    return ProbeCall(id=target.replace(".", "-"), target=target, args=args, **keywords)


def test_a_request_survives_the_way_to_the_runner():
    request = RunRequest(
        run_id="r",
        attempt=2,
        exercise="e",
        profile="torch",
        limits=Limits(wall_s=5),
        forbid=("sklearn",),
        inputs=(X, HiddenInput(name="t", kind="table", columns=("a", "b"))),
        probes=(call("f", "$X", 3, kwargs={"y": None}),),
    )
    assert RunRequest.from_json(request.to_json()) == request


def test_cells_run_in_order_and_their_outputs_are_kept(run):
    ran = run("x = 20", "print(x)", "x + 22")
    assert ran.result.outcome == "completed"
    assert ran.statuses == ["completed"] * 3
    assert ran.stdout == "20\n"
    assert ran.notebook.cells[2].outputs[0]["data"]["text/plain"] == "42"
    assert "papermill" not in ran.notebook.metadata


def test_a_probe_calls_what_the_notebook_defined(run):
    ran = run(
        "import numpy as np\ndef double(X):\n    X *= 2\n    return X\nlosses = [3.0, float('nan')]",
        inputs=(X,),
        arrays={"X": np.arange(3.0)},
        probes=(
            call("double", "$X"),
            ProbeCall(id="again", target="double", args=("$X",)),
            ProbeCall(id="losses", target="losses", call=False),
            call("absent"),
            call("double.absent"),
        ),
    )
    for probe in ("double", "again"):  # each call gets inputs of its own
        assert ran.artefact(probe)["value"] == {"$array": "a0"}
        np.testing.assert_array_equal(ran.arrays(probe)["a0"], [0, 2, 4])
    assert ran.artefact("losses")["value"] == [3.0, {"$float": "nan"}]
    assert ran.artefact("absent")["status"] == "missing"
    assert ran.artefact("double-absent")["error"]["message"] == "`double` has no `absent`."


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("raise KeyError('no')", "raised"),
        ("return object()", "unsupported"),
        ("return np.array([object()])", "unsupported"),
        ("return np.zeros(10**7)", "too_large"),
        ("return [[]] * 200_000", "too_large"),
        ("import sys; sys.exit()", "raised"),
        ("while True: pass", "timed_out"),
        ("print('x' * 10**7); return 1", "ok"),
    ],
)
def test_what_comes_of_a_call_is_told(run, body, status):
    # Time for what ends by itself, however slow the machine is.
    timeout_s = 1.0 if status == "timed_out" else 30.0
    ran = run(
        f"import numpy as np\ndef f():\n    {body}",
        probes=(call("f", timeout_s=timeout_s),),
        limits={"artefact_mb": 8},
    )
    assert ran.result.outcome == "completed"
    assert ran.artefact("f")["status"] == status


def test_a_table_and_a_module_go_in_and_come_out(run):
    ran = run(
        "import torch\nmodel = torch.nn.Linear(3, 2)\ndef means(t): return t.mean()\ndef as_table(t): return t",
        profile="torch",
        limits={"memory_mb": 2048},
        inputs=(HiddenInput(name="t", kind="table", columns=("a", "b")), HiddenInput(name="x", kind="tensor")),
        arrays={"t/a": np.array([1.0, 3.0]), "t/b": np.array(["u", "v"]), "x": np.ones((4, 3), dtype=np.float32)},
        probes=(
            ProbeCall(id="table", target="as_table", args=("$t",)),
            ProbeCall(id="out", target="model", args=("$x",)),
            ProbeCall(id="weights", target="model", call=False),
        ),
    )
    assert ran.artefact("table")["value"] == {"$table": [["a", {"$array": "a0"}], ["b", {"$array": "a1"}]]}
    assert ran.arrays("table")["a1"].tolist() == ["u", "v"]
    assert ran.arrays("out")["a0"].shape == (4, 2)
    assert ran.artefact("weights")["value"] == {"$safetensors": True}
    assert ran.result.environment["torch"] == "2.14.1"


def test_after_an_error_the_probe_still_sees_what_was_defined(run):
    ran = run("def f(): return 1", "1/0", "def g(): return 2", probes=(call("f"), call("g")))
    assert ran.result.outcome == "learner_error"
    assert ran.artefact("f")["value"] == 1
    assert ran.artefact("g")["status"] == "missing"


def test_a_failing_public_check_does_not_end_the_run(run):
    ran = run("x = 1", "assert x == 2", "y = 2", tags={1: ["public-check", "raises-exception"]})
    assert ran.result.outcome == "completed"
    assert ran.statuses == ["completed", "failed", "completed"]


def test_the_seed_decides_the_random_numbers(run):
    draw = "import random, numpy as np\nprint(random.random(), np.random.rand(), hash('x'))"
    first, second, other = run(draw, seed=7), run(draw, seed=7), run(draw, seed=8)
    assert first.stdout == second.stdout
    assert first.stdout != other.stdout


def test_a_forbidden_package_is_absent_wherever_one_looks(run):
    ran = run(
        "try:\n    import sklearn\nexcept ModuleNotFoundError as error:\n    print(error)",
        "import subprocess\n"
        "print(subprocess.run('find / -name proc -prune -o -path */sklearn/* -print', shell=True,\n"
        "    capture_output=True, text=True).stdout)",
        forbid=("sklearn",),
    )
    assert "not available in this exercise" in ran.stdout
    assert ran.stdout.count("/sklearn/") == 1  # the stand-in that refuses


def test_a_package_to_forbid_that_is_not_installed_is_our_fault(run):
    ran = run("x = 1", forbid=("no_such_package",))
    assert ran.result.outcome == "platform_error"
    assert "no_such_package" in ran.result.detail


def test_public_data_lies_beside_the_notebook_and_is_read_only(run):
    ran = run(
        "print(open('data/a.csv').read())",
        "try:\n    open('data/a.csv', 'w')\nexcept OSError as error:\n    print(error.strerror)",
        data={"a.csv": "1,2"},
    )
    assert ran.stdout == "1,2\nRead-only file system\n"


def test_progress_names_the_running_cell(run):
    seen = []
    run("x = 1", "y = 2", on_progress=seen.append)
    assert [p.cell for p in seen if p.phase == "cells" and p.cell is not None] == [0, 1]
    assert [p.phase for p in seen][-1] == "closing"
    assert {cell.status for cell in seen[-1].cells} == {"completed"}


def test_a_cancelled_run_ends(run, tmp_path):
    def cancel(progress):
        if progress.cell == 0:
            (tmp_path / "cancel").touch()

    ran = run("while True: pass", folder=tmp_path, on_progress=cancel)
    assert ran.result.outcome == "cancelled"


def test_an_environment_that_is_reached_by_a_link(tmp_path):
    (tmp_path / "venv").symlink_to(sys.prefix)
    code = "from apps.runner.canary import canary; import sys; sys.exit(canary() or 0)"
    python = tmp_path / "venv" / "bin" / "python"
    done = subprocess.run([python, "-c", code], cwd=PROJECT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "starts cold" not in done.stderr
