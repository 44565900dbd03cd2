"""Control groups of runs, on folders that look like those of a machine with cgroup v2 delegated."""

from __future__ import annotations

import os
import subprocess

import pytest

from apps.runner import cgroup
from apps.runner.contract import Limits, Outcome, RunRequest
from apps.runner.execute import execute
from apps.runner.provisioner import KernelSite


@pytest.fixture
def machine(tmp_path):
    """A mount with the worker's own group in it: a folder with the files that the kernel would show."""
    group = tmp_path / "mount" / "system.slice" / "runner.service"
    group.mkdir(parents=True)
    (group / "cgroup.controllers").write_text("cpu io memory pids\n")
    (group / "cgroup.procs").write_text(f"{os.getpid()}\n")
    (group / "cgroup.subtree_control").write_text("")
    own = tmp_path / "own"
    own.write_text("1:name=systemd:/\n0::/system.slice/runner.service\n")
    return tmp_path / "mount", own, group


def test_a_delegated_group_is_found(machine):
    mount, own, group = machine
    assert cgroup.delegated(mount, own) == group


def test_after_the_worker_has_moved_into_its_leaf_too(machine):
    mount, own, group = machine
    own.write_text(f"0::/system.slice/runner.service/{cgroup.LEAF}\n")
    assert cgroup.delegated(mount, own) == group


@pytest.mark.parametrize("spoil", ["v1", "no memory controller", "nothing mounted"])
def test_elsewhere_there_is_none(machine, spoil, tmp_path):
    mount, own, group = machine
    if spoil == "v1":
        own.write_text("4:memory:/user\n")
    elif spoil == "no memory controller":
        (group / "cgroup.controllers").write_text("cpu\n")
    else:
        mount = tmp_path / "elsewhere"
    assert cgroup.delegated(mount, own) is None
    assert cgroup.prepare(mount, own) is None


def test_the_worker_leaves_for_a_leaf_before_it_switches_controllers_on(machine):
    mount, own, group = machine
    assert cgroup.prepare(mount, own) == group
    assert (group / cgroup.LEAF / "cgroup.procs").read_text() == str(os.getpid())
    assert (group / "cgroup.subtree_control").read_text() == "+memory +pids"


def test_a_run_gets_what_it_may_allocate_and_what_it_may_write(tmp_path):
    limits = Limits(memory_mb=1000, disk_mb=64, artefact_mb=8, processes=10)
    group = cgroup.Group.make(tmp_path, "r", limits)
    assert (group.path / "memory.max").read_text() == str((1000 + 3 * 64 + 8) * 1024 * 1024)
    assert (group.path / "memory.swap.max").read_text() == "0"
    assert (group.path / "pids.max").read_text() == "148"


def test_a_family_of_processes_moves_together(tmp_path, monkeypatch):
    """The kernel takes one number a write; a plain file keeps the last, so what is written is looked at instead."""
    moved = []
    script = "sleep 30 & wait"
    family = subprocess.Popen(["sh", "-c", script], start_new_session=True)
    try:
        children = cgroup.psutil.Process(family.pid).children
        while not children():
            assert family.poll() is None
        group = cgroup.Group(tmp_path)
        monkeypatch.setattr(cgroup.Path, "write_text", lambda path, text: moved.append((path.name, int(text))))
        group.take_in(family.pid)
        assert moved == [("cgroup.procs", family.pid), ("cgroup.procs", children()[0].pid)]
    finally:
        os.killpg(family.pid, 9)
        family.wait()


def test_what_is_started_just_before_its_parent_moves_is_moved_too(tmp_path, monkeypatch):
    """Seen on cgroup v2: bubblewrap started the kernel between the look at its family and its own move."""
    moved = []

    class Process:
        def __init__(self, pid):
            self.pid = pid

        def children(self, recursive):
            return [Process(pid) for pid in (11, 12)[: len(moved)]]

    monkeypatch.setattr(cgroup.psutil, "Process", Process)
    monkeypatch.setattr(cgroup.Path, "write_text", lambda path, text: moved.append(int(text)))
    cgroup.Group(tmp_path).take_in(10)
    assert moved == [10, 11, 12]


@pytest.mark.parametrize(("events", "told"), [("oom 3\noom_kill 1\n", True), ("oom 0\noom_kill 0\n", False)])
def test_the_kernel_says_that_memory_ran_out(tmp_path, events, told):
    (tmp_path / "memory.events").write_text(events)
    assert cgroup.Group(tmp_path).ran_out_of_memory() is told


@pytest.mark.sandbox
@pytest.mark.parametrize(("killed", "outcome"), [(1, Outcome.OUT_OF_MEMORY), (0, Outcome.LEARNER_ERROR)])
def test_a_kernel_that_the_group_ended_is_out_of_memory(tmp_path, monkeypatch, kernel, killed, outcome):
    """`os._exit` stands in for the kernel's hand: from inside the two look the same, so the group has to tell."""
    import nbformat

    groups = []

    def make(above, name, limits):
        path = tmp_path / name
        path.mkdir()
        (path / "memory.events").write_text(f"oom_kill {killed}\n")
        groups.append(path)
        return cgroup.Group(path)

    monkeypatch.setattr(cgroup, "parent", lambda: tmp_path)
    monkeypatch.setattr(cgroup.Group, "make", make)
    monkeypatch.setattr(cgroup.Group, "close", lambda self: None)
    cells = [nbformat.v4.new_code_cell("import os\nos._exit(137)")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "notebook.ipynb")
    result = execute(tmp_path, RunRequest(run_id="r", attempt=1, exercise="e", profile="numpy"))
    assert result.outcome == outcome, result.detail
    assert (groups[0] / "cgroup.procs").read_text().isdecimal()


def test_without_a_group_nothing_changes(tmp_path, monkeypatch):
    monkeypatch.setattr(cgroup, "parent", lambda: None)
    site = KernelSite(request=RunRequest(run_id="r", attempt=1, exercise="e", profile="numpy"), inbox=tmp_path)
    site.enclose()
    assert site.group is None


def test_groups_of_runs_that_are_gone_are_removed_and_no_others(tmp_path, monkeypatch):
    gone = subprocess.Popen(["true"])
    gone.wait()
    left, living = (tmp_path / f"run-5c1f0a1e-{pid}" for pid in (gone.pid, os.getpid()))
    left.mkdir()
    living.mkdir()
    monkeypatch.setattr(cgroup, "parent", lambda: tmp_path)
    cgroup.clear_runs()
    assert list(tmp_path.iterdir()) == [living]
