"""GPU slots: found, given to one run each, watched, and taken out when they fail. By an NVML that stands in for one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat
import pynvml
import pytest

from apps.runner import engine, gpu, sandbox, worker
from apps.runner import zygote_nursery as nursery
from apps.runner.contract import Limits, Outcome, ProbeCall, Resources, RunRequest
from apps.runner.errors import GpuError
from apps.runner.execute import execute
from apps.runner.monitor import Monitor
from apps.runner.provisioner import KernelSite
from studyhub import broker
from tests.runner.nvml import GIB, Device, FakeNvml, error

MINORS = "gpu0/gi1/access 3\ngpu0/gi1/ci0/access 4\ngpu0/gi2/access 12\ngpu0/gi2/ci0/access 13\nconfig 1\n"
CALLS = [name for name in vars(FakeNvml) if name.startswith("nvmlDevice") and not name.endswith("ByUUID")]


def card(number: int = 0, **told) -> Device:
    return Device(uuid=f"GPU-{number}", minor=number, bus=f"00000000:{number + 1:02X}:00.0", **told)


def split(number: int = 0) -> Device:
    """Two slices, at places 0 and 3."""
    parts = {
        0: Device(uuid="MIG-a", name="NVIDIA Test MIG 1g.10gb", total=10 * GIB, instance=1, ecc=None),
        3: Device(uuid="MIG-b", name="NVIDIA Test MIG 1g.10gb", total=10 * GIB, instance=2, ecc=None),
    }
    return card(number, mig=True, slices=parts)


@pytest.fixture
def minors(tmp_path: Path) -> Path:
    path = tmp_path / "mig-minors"
    path.write_text(MINORS)
    return path


@pytest.fixture
def use(monkeypatch):
    """Have the runner find this NVML in place of the library."""

    def use_(nvml: FakeNvml) -> FakeNvml:
        for function in (gpu.discover, gpu.failure, gpu.session, gpu.Meter.__init__):
            function = getattr(function, "__wrapped__", function)
            monkeypatch.setattr(function, "__defaults__", (nvml, *(function.__defaults__ or ())[1:]))
        worker.gpu_slot.cache_clear()
        return nvml

    yield use_
    worker.gpu_slot.cache_clear()


class TestDiscovery:
    def test_without_a_driver_it_says_so(self):
        with pytest.raises(GpuError, match="No NVIDIA driver answers on this machine"):
            gpu.discover(FakeNvml(driver=False))

    def test_a_driver_without_a_device_gives_no_slot(self):
        assert gpu.discover(FakeNvml()) == ([], [])

    @pytest.mark.parametrize("count", [1, 4])
    def test_each_device_is_a_slot_with_its_own_node(self, count):
        slots, problems = gpu.discover(FakeNvml(*(card(number) for number in range(count))))
        assert problems == []
        assert [slot.uuid for slot in slots] == [f"GPU-{number}" for number in range(count)]
        for number, slot in enumerate(slots):
            own = [node for node in slot.nodes if node not in gpu.COMMON_NODES]
            assert own == [f"/dev/nvidia{number}"]
            assert slot.variables["CUDA_VISIBLE_DEVICES"] == slot.uuid
            assert (slot.model, slot.memory_mb, slot.driver) == ("NVIDIA Test 80GB", 80 * 1024, "580.65.06")

    def test_a_card_that_is_split_gives_its_slices_and_not_itself(self, minors):
        slots, _ = gpu.discover(FakeNvml(split(), card(1)), minors)
        assert [slot.uuid for slot in slots] == ["MIG-a", "MIG-b", "GPU-1"]
        assert slots[0].nodes[-3:] == ("/dev/nvidia0", "/dev/nvidia-caps/nvidia-cap3", "/dev/nvidia-caps/nvidia-cap4")
        assert slots[1].nodes[-2:] == ("/dev/nvidia-caps/nvidia-cap12", "/dev/nvidia-caps/nvidia-cap13")
        assert slots[0].memory_mb == 10 * 1024

    def test_a_card_that_could_be_split_and_is_not_is_one_slot(self):
        slots, _ = gpu.discover(FakeNvml(card(mig=False)))
        assert [slot.uuid for slot in slots] == ["GPU-0"]

    def test_slices_without_listed_nodes_are_a_problem_of_their_card_alone(self, tmp_path):
        slots, problems = gpu.discover(FakeNvml(split(), card(1)), tmp_path / "missing")
        assert [slot.uuid for slot in slots] == ["GPU-1"]
        assert "access nodes of its slices are not listed" in problems[0]

    def test_a_slice_that_the_driver_does_not_list_is_named(self, tmp_path):
        (tmp_path / "minors").write_text("gpu0/gi1/access 3\n")
        _, problems = gpu.discover(FakeNvml(split()), tmp_path / "minors")
        assert "does not list gpu0/gi1/ci0/access" in problems[0]

    def test_a_lost_card_takes_no_other_along(self):
        slots, problems = gpu.discover(FakeNvml(card(0), card(1, gone=True), card(2)))
        assert [slot.uuid for slot in slots] == ["GPU-0", "GPU-2"]
        assert problems[0].startswith("GPU 1 can't be used: ")

    @pytest.mark.parametrize("call", CALLS)
    def test_an_error_in_any_call_is_told_and_lets_go_of_the_driver(self, call, minors):
        nvml = FakeNvml(split())
        nvml.fails[call] = error(pynvml.NVML_ERROR_UNKNOWN)
        if call == "nvmlDeviceGetCount":
            with pytest.raises(GpuError, match="The NVIDIA driver failed"):
                gpu.discover(nvml, minors)
        elif call == "nvmlDeviceGetTotalEccErrors":
            assert len(gpu.discover(nvml, minors)[0]) == 2
        else:
            slots, problems = gpu.discover(nvml, minors)
            assert slots == []
            assert "GPU 0 can't be used" in problems[0]
        assert nvml.sessions == 0


class TestHealth:
    def slot(self, nvml: FakeNvml) -> gpu.Slot:
        return gpu.discover(nvml)[0][0]

    @pytest.mark.parametrize("ecc", [0, None])
    def test_a_sound_device(self, ecc):
        nvml = FakeNvml(card(ecc=ecc))
        assert gpu.failure(self.slot(nvml), nvml) == ""

    def test_one_that_has_disappeared(self):
        nvml = FakeNvml(card())
        slot = self.slot(nvml)
        nvml.devices[0].gone = True
        assert "GPU-0" in gpu.failure(slot, nvml)

    def test_one_whose_memory_has_errors(self):
        nvml = FakeNvml(card(ecc=2))
        assert "2 memory errors that were not corrected" in gpu.failure(self.slot(nvml), nvml)

    @pytest.mark.parametrize(
        "call",
        ["nvmlInit", "nvmlDeviceGetHandleByUUID", "nvmlDeviceGetMemoryInfo", "nvmlDeviceGetTotalEccErrors"],
    )
    def test_an_error_in_any_call(self, call):
        nvml = FakeNvml(card())
        slot = self.slot(nvml)
        nvml.fails[call] = error(pynvml.NVML_ERROR_UNKNOWN)
        assert gpu.failure(slot, nvml) != ""


class TestOneRunEach:
    def test_a_slot_is_held_by_one_worker(self, monkeypatch, tmp_path):
        monkeypatch.setenv("STUDYHUB_GPU_LOCKS", str(tmp_path))
        first, second = gpu.discover(FakeNvml(card(0), card(1)))[0]
        held = gpu.hold(first)
        with pytest.raises(GpuError, match="Another worker of this machine holds"):
            gpu.hold(first)
        os.close(gpu.hold(second))
        os.close(held)
        os.close(gpu.hold(first))

    def test_a_worker_that_is_killed_gives_its_slot_back(self, monkeypatch, tmp_path):
        monkeypatch.setenv("STUDYHUB_GPU_LOCKS", str(tmp_path))
        code = (
            "import time; from apps.runner import gpu;"
            "gpu.hold(gpu.Slot(uuid='GPU-0', model='m', memory_mb=1, driver='d', nodes=()));"
            "print('held', flush=True); time.sleep(60)"
        )
        other = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        slot = gpu.Slot(uuid="GPU-0", model="m", memory_mb=1, driver="d", nodes=())
        assert other.stdout.readline() == "held\n"
        with pytest.raises(GpuError):
            gpu.hold(slot)
        other.kill()
        other.wait()
        other.stdout.close()
        os.close(gpu.hold(slot))


class TestSealed:
    """What a sandbox shows: a plain file stands in for each device node."""

    @pytest.fixture
    def slots(self):
        found = []
        with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
            os.chmod(name, 0o755)
            for number in range(2):
                node = Path(name, f"nvidia{number}")
                node.write_text("device")
                found.append(gpu.Slot(uuid=f"GPU-{number}", model="m", memory_mb=1, driver="d", nodes=(str(node),)))
            yield found

    def plan(self, slot: gpu.Slot | None) -> list[str]:
        plan = sandbox.plan_zygote(forbid=(), gpu=slot)
        plan.close()
        return plan.words

    def test_only_its_own_device_is_bound(self, slots):
        words = self.plan(slots[0])
        bound = [words[place + 1] for place, word in enumerate(words) if word == "--dev-bind"]
        assert bound == list(slots[0].nodes)

    def test_without_a_slot_no_device_is_bound(self):
        words = self.plan(None)
        assert "--dev-bind" not in words
        assert not [word for word in words if word.startswith("/sys")]

    @pytest.mark.sandbox
    def test_a_run_sees_its_slot_and_no_neighbour(self, slots, tmp_path, kernel, use):
        """Through the whole path: the environment, the bound node, and the peak that the watchdog measured."""
        use(FakeNvml(card(0), card(1)))
        shown, hidden = slots[0].nodes[0], slots[1].nodes[0]
        source = (
            "import os\n"
            "def look():\n"
            f"    return [os.environ['CUDA_VISIBLE_DEVICES'], os.path.exists({shown!r}), os.path.exists({hidden!r})]"
        )
        folder = tmp_path / "run"
        folder.mkdir()
        nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)]), folder / "notebook.ipynb")
        request = RunRequest(
            run_id="r", attempt=1, exercise="e", profile="numpy", probes=(ProbeCall(id="look", target="look"),)
        )
        result = execute(folder, request, gpu=slots[0])
        nursery.end_all()
        assert result.outcome == Outcome.COMPLETED, result.detail
        answer = (folder / "result" / "artefacts" / "look.json").read_text()
        assert '["GPU-0", true, false]' in answer
        assert result.environment["accelerator"] == "m, 1 MB, driver d"


class TestMemory:
    def monitor(self, tmp_path, nvml: FakeNvml, limit: int) -> Monitor:
        slot = gpu.discover(nvml)[0][0]
        request = RunRequest(run_id="r", attempt=1, exercise="e", profile="torch", limits=Limits(gpu_memory_mb=limit))
        site = KernelSite(request=request, inbox=tmp_path, gpu=slot)
        monitor = Monitor(site, tmp_path / "cancel", lambda: None)
        monitor._meter = gpu.Meter(slot, nvml)
        return monitor

    def test_the_peak_is_what_the_run_took_and_not_what_was_there(self, tmp_path):
        nvml = FakeNvml(card())
        monitor = self.monitor(tmp_path, nvml, 0)
        for used in (1, 3, 2):
            nvml.devices[0].used = GIB // 2 + used * GIB
            assert monitor._gpu_is_full() == ""
        assert monitor.used == Resources(gpu_peak_mb=3 * 1024)
        monitor._meter.close()
        assert nvml.sessions == 0

    def test_past_its_limit_the_run_is_told(self, tmp_path):
        nvml = FakeNvml(card())
        monitor = self.monitor(tmp_path, nvml, 1024)
        nvml.devices[0].used += 2 * GIB
        assert monitor._gpu_is_full() == "The notebook used more than 1024 MB of the GPU's memory."

    @pytest.mark.parametrize(
        ("name", "message", "outcome"),
        [
            ("OutOfMemoryError", "CUDA out of memory. Tried to allocate 8.00 GiB.", Outcome.OUT_OF_MEMORY),
            ("AcceleratorError", "CUDA error: out of memory\nSearch for `cudaError`", Outcome.OUT_OF_MEMORY),
            ("AcceleratorError", "CUDA error: device-side assert triggered\nSearch for `cudaError`", None),
        ],
    )
    def test_what_cuda_says_of_memory_is_understood(self, name, message, outcome):
        """As torch 2.11 said it on an H200: of a full card, of a card that refused CUDA itself, and of an index."""
        assert engine.stopped_by_limit({"name": name, "message": message}) == outcome

    def test_a_device_that_disappears_during_a_run_is_our_fault(self, tmp_path, use):
        nvml = use(FakeNvml(card()))
        monitor = self.monitor(tmp_path, nvml, 0)
        monitor.site.pid = os.getpid()
        monitor.site.kill = lambda: None
        nvml.fails["nvmlDeviceGetMemoryInfo"] = error(pynvml.NVML_ERROR_GPU_IS_LOST)
        monitor.run()
        assert monitor.verdict == Outcome.PLATFORM_ERROR
        assert isinstance(monitor.error, GpuError)


class TestWorker:
    @pytest.fixture
    def sent(self, monkeypatch):
        messages = []
        monkeypatch.setattr(worker.app, "send_task", lambda name, args, **more: messages.append((name, args, more)))
        return messages

    def test_without_a_device_it_takes_no_work_and_says_why(self, use, monkeypatch):
        use(FakeNvml())
        with pytest.raises(SystemExit, match=r"takes no work from run\.gpu: there is no GPU that it could use"):
            worker.main(["--queue", broker.GPU_QUEUE])

    def test_without_a_driver_too(self, use):
        use(FakeNvml(driver=False))
        with pytest.raises(SystemExit, match="No NVIDIA driver answers"):
            worker.main(["--queue", broker.GPU_QUEUE])

    def test_each_slot_gets_a_worker_of_its_own(self, use, monkeypatch, minors):
        use(FakeNvml(card(0), card(1)))
        started = []

        class Process:
            def __init__(self, command, **options):
                started.append(command[-1])

            def wait(self):
                return 0

        monkeypatch.setattr(worker.subprocess, "Popen", Process)
        monkeypatch.setattr(worker.signal, "signal", lambda *_: None)
        assert worker.supervise("INFO") == 0
        assert started == ["GPU-0", "GPU-1"]

    @pytest.mark.parametrize(
        ("uuid", "group", "root", "warned"),
        [
            ("GPU-0", None, False, True),
            ("GPU-0", None, True, False),
            ("GPU-0", Path("g"), False, False),
            ("", None, False, False),
        ],
    )
    def test_where_shared_memory_goes_uncounted_it_says_so(self, use, monkeypatch, caplog, uuid, group, root, warned):
        use(FakeNvml(card(0)))
        monkeypatch.setenv(worker.SLOT_VARIABLE, uuid)
        monkeypatch.setattr(worker.cgroup, "prepare", lambda: group)
        monkeypatch.setattr(worker.shared, "countable", lambda: root)
        worker.prepare_groups()
        assert ("is not counted" in caplog.text) is warned

    def test_a_slot_that_is_not_there_is_named(self, use, monkeypatch):
        use(FakeNvml(card(0)))
        monkeypatch.setenv(worker.SLOT_VARIABLE, "GPU-7")
        with pytest.raises(GpuError, match="There is no GPU GPU-7 on this machine"):
            worker.gpu_slot()

    def test_a_failing_slot_passes_the_run_on_and_stops(self, use, monkeypatch, sent, tmp_path):
        nvml = use(FakeNvml(card(0)))
        monkeypatch.setenv(worker.SLOT_VARIABLE, "GPU-0")
        monkeypatch.setenv("STUDYHUB_RUN_STORE", str(tmp_path))
        monkeypatch.setitem(worker.app.conf, "studyhub_queue", broker.GPU_QUEUE)
        killed = []
        monkeypatch.setattr(worker.os, "kill", lambda pid, number: killed.append((pid, number)) if number else None)
        assert worker.gpu_slot().uuid == "GPU-0"
        nvml.devices[0].ecc = 1
        run_id = "0" * 36
        worker.execute_run(run_id, 1)
        passed_on, report = sent
        assert passed_on[:2] == (broker.EXECUTE_TASK, (run_id, 1))
        assert passed_on[2]["queue"] == broker.GPU_QUEUE
        assert report[0] == broker.REPORT_TASK
        assert report[1][0]["slots"] == 0
        assert "memory errors" in report[1][0]["problem"]
        assert killed == [(os.getppid(), signal.SIGTERM)]


@pytest.mark.parametrize("profile", ["torch", "fastai", "diffusers"])
def test_libraries_touch_no_gpu_before_the_fork(profile):
    """With what a zygote has in its environment, importing asks CUDA nothing: a process that has can't fork users."""
    code = f"""
import importlib, torch
asked = []
for name in ("_cuda_getDeviceCount", "_cuda_init"):
    if hasattr(torch._C, name):
        setattr(torch._C, name, lambda name=name: asked.append(name) or 0)
torch.cuda._is_compiled = lambda: True
for name in {nursery.PROFILES[profile]!r}:
    importlib.import_module(name)
torch.cuda.is_available()
print(asked)
"""
    variables = {**os.environ, **gpu.BEFORE_FORK}
    done = subprocess.run([sys.executable, "-c", code], env=variables, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.gpu
@pytest.mark.sandbox
@pytest.mark.parametrize("profile", ["torch", "fastai"])
def test_a_real_run_on_a_real_gpu(tmp_path, profile, kernel):
    try:
        slots, _ = gpu.discover()
    except GpuError as problem:
        pytest.skip(f"needs a CUDA device: {problem}")
    if not slots:
        pytest.skip("needs a CUDA device: the driver lists none")
    source = (
        "import torch\n"
        "def product():\n"
        "    a = torch.ones(1024, 1024, device='cuda')\n"
        "    return [(a @ a)[0, 0].item(), torch.cuda.device_count()]"
    )
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)]), tmp_path / "notebook.ipynb")
    request = RunRequest(
        run_id="r",
        attempt=1,
        exercise="e",
        profile=profile,
        limits=Limits(memory_mb=8192),
        probes=(ProbeCall(id="product", target="product", timeout_s=30),),
    )
    result = execute(tmp_path, request, gpu=slots[0])
    nursery.end_all()
    assert result.outcome == Outcome.COMPLETED, result.detail
    assert "[1024.0, 1]" in (tmp_path / "result" / "artefacts" / "product.json").read_text()
    assert slots[0].model in result.environment["accelerator"]
    assert result.resources.gpu_peak_mb > 0
