"""Memory that is shared and unmapped: refused without a GPU, counted with one."""

from __future__ import annotations

import nbformat
import pytest

from apps.runner import gpu, shared
from apps.runner import zygote_nursery as nursery
from apps.runner.contract import Limits, Outcome, RunRequest
from apps.runner.execute import execute
from tests.runner.nvml import Device, FakeNvml

SHARED_LINE = "7f0000000000-7f0000002000 rw-s 00000000 00:01 77                         /dev/zero (deleted)\n"
OTHER_LINES = (
    "00400000-00401000 r-xp 00000000 08:01 12                                 /usr/bin/python3.11\n"
    "7f1000000000-7f1000001000 rw-p 00000000 00:00 0 \n"
)
# 600 MB in one object, of which never more than 50 are mapped, and one page at the end.
HIDES = """
import ctypes, mmap, time
size = 600 << 20
held = mmap.mmap(-1, size, flags=mmap.MAP_SHARED)
start = ctypes.addressof(ctypes.c_char.from_buffer(held))
libc = ctypes.CDLL(None)
libc.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
step = 50 << 20
for place in range(0, size, step):
    ctypes.memset(start + place, 1, step)
    # From the second page on, so that the object stays.
    assert libc.munmap(start + max(place, 4096), step - (0 if place else 4096)) == 0
time.sleep(8)
"""


def process(proc, pid: int, maps: str, size: int = 0, mapped_kb: int = 0) -> None:
    """A process as /proc shows it; `size` bytes lie in its shared mapping."""
    folder = proc / str(pid)
    (folder / "map_files").mkdir(parents=True)
    (folder / "maps").write_text(maps)
    (folder / "smaps_rollup").write_text(f"Pss:  900 kB\nPss_Shmem:  {mapped_kb} kB\n")
    if size:
        (folder / "map_files" / "7f0000000000-7f0000002000").write_bytes(b"x" * size)


class TestCounting:
    def test_what_is_held_and_not_mapped_counts_once(self, tmp_path):
        for pid in (10, 11):
            process(tmp_path, pid, OTHER_LINES + SHARED_LINE, size=4 << 20, mapped_kb=512)
        assert shared.unmapped_mb([10, 11], tmp_path) == pytest.approx(3, abs=0.1)

    def test_what_is_mapped_is_counted_elsewhere(self, tmp_path):
        process(tmp_path, 10, SHARED_LINE, size=4 << 20, mapped_kb=4096)
        assert shared.unmapped_mb([10], tmp_path) == pytest.approx(0, abs=0.1)

    def test_without_shared_mappings_there_is_nothing(self, tmp_path):
        process(tmp_path, 10, OTHER_LINES)
        assert shared.unmapped_mb([10], tmp_path) == 0

    def test_a_process_that_has_ended_is_left_out(self, tmp_path):
        process(tmp_path, 10, SHARED_LINE, size=4 << 20)
        assert shared.unmapped_mb([9, 10], tmp_path) == pytest.approx(4, abs=0.1)

    def test_where_nobody_may_look_nothing_is_said(self, tmp_path, monkeypatch):
        process(tmp_path, 10, SHARED_LINE, size=4 << 20)

        def refuse(path):
            raise PermissionError

        monkeypatch.setattr(shared.os, "stat", refuse)
        assert shared.unmapped_mb([10], tmp_path) == 0


@pytest.mark.sandbox
@pytest.mark.skipif(not shared.countable(), reason="needs root: only root may look behind mappings")
def test_a_run_on_a_gpu_can_not_hide_memory(tmp_path, monkeypatch, kernel):
    nvml = FakeNvml(Device(uuid="GPU-0"))
    (slot,), _ = gpu.discover(nvml)
    monkeypatch.setattr(gpu.Meter.__init__, "__defaults__", (nvml,))
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(HIDES)]), tmp_path / "notebook.ipynb")
    limits = Limits(wall_s=20, cell_s=20, memory_mb=512)
    request = RunRequest(run_id="r", attempt=1, exercise="e", profile="numpy", limits=limits)
    result = execute(tmp_path, request, gpu=slot)
    nursery.end_all()
    assert (result.outcome, result.reason) == (Outcome.OUT_OF_MEMORY, "The notebook used more than 512 MB of memory.")
