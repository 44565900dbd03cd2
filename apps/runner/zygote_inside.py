"""The zygote: a Python that has imported a profile's libraries once and forks a kernel per run.

Runs inside bubblewrap, as text handed to `python -c`, and never runs a learner's code itself. The worker holds a socket
to it and one to each run (zygote_seal.py). A closed socket is the order to end, so nothing outlives a worker, however
it died.
"""

import builtins
import contextlib
import gc
import importlib
import json
import os
import select
import socket
import sys
import time
from collections.abc import Iterator
from typing import Any

from apps.runner.zygote_seal import leave_zygote, receive, send, wake_at_deaths

# How often a zygote looks whether it is of use still.
LOOK_S = 5.0
MPL_BACKEND = "module://matplotlib_inline.backend_inline"


@contextlib.contextmanager
def notebook_shell() -> Iterator[None]:
    """While the libraries are imported they find themselves in a notebook, as they would in a kernel of their own.

    fastcore, fastprogress and tqdm decide only once how to draw.
    """
    from ipykernel.zmqshell import ZMQInteractiveShell
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    shell: Any = ZMQInteractiveShell.__new__(ZMQInteractiveShell)
    shell.config = Config({"IPKernelApp": {}})
    shell.init_events()
    InteractiveShell._instance = shell
    builtins.get_ipython, builtins.__IPYTHON__ = lambda: shell, True  # type: ignore[attr-defined]
    try:
        yield
    finally:
        InteractiveShell._instance = None
        del builtins.get_ipython, builtins.__IPYTHON__  # type: ignore[attr-defined]


def load(names: list[str]) -> dict[str, str]:
    """Import `names`; what could not be imported, with the reason."""
    failed = {}
    with notebook_shell():
        for name in names:
            try:
                importlib.import_module(name)
            except Exception as error:
                failed[name] = f"{type(error).__name__}: {error}"[:300]
    return failed


def rehearse() -> None:
    """Use once what every notebook uses, as far as that leaves nothing behind but loaded code and caches."""
    if "matplotlib" in sys.modules:
        import io

        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        figure = Figure()
        FigureCanvasAgg(figure)
        figure.subplots().plot([0, 1], label="x")
        figure.legend()
        figure.savefig(io.BytesIO(), format="png")
    if "pandas" in sys.modules:
        frame = sys.modules["pandas"].DataFrame({"a": [1.5], "b": ["x"]})
        frame._repr_html_(), repr(frame), frame.describe()
    try:
        raise ValueError
    except ValueError as error:
        from IPython.core.ultratb import VerboseTB

        VerboseTB(theme_name="nocolor").structured_traceback(type(error), error, error.__traceback__)


class Zygote:
    """The process that forks."""

    def __init__(self, config: dict[str, Any]) -> None:
        self.config = config
        self.control = socket.socket(fileno=config["control"])
        self.control.set_inheritable(False)
        self.inits: set[int] = set()
        self.used = time.monotonic()

    def serve(self) -> None:
        """Fork a run for each order of the worker, until it is gone or has asked nothing for long."""
        wake = wake_at_deaths()
        poll = select.poll()
        poll.register(self.control, select.POLLIN)
        poll.register(wake, select.POLLIN)
        while not self.useless():
            ready = [descriptor for descriptor, _ in poll.poll(LOOK_S * 1000)]
            if wake in ready:
                os.read(wake, 4096)
            if self.control.fileno() in ready:
                self.used = time.monotonic()
                try:
                    order, descriptors = receive(self.control)
                except (EOFError, ConnectionError):
                    return
                self.fork(order["key"], socket.socket(fileno=descriptors[0]))
            self.collect()

    def fork(self, key: str, channel: socket.socket) -> None:
        """Start a run whose init speaks over `channel`."""
        listen, told = os.pipe2(os.O_CLOEXEC)
        gate = os.fork()
        if not gate:
            leave_zygote(self.config, channel, key, told)
        channel.close()
        os.close(told)
        if init := os.read(listen, 20):
            self.inits.add(int(init))
        os.close(listen)
        os.waitpid(gate, 0)

    def collect(self) -> None:
        """Take note of the runs that are over."""
        with contextlib.suppress(ChildProcessError):
            while pid := os.waitpid(-1, os.WNOHANG)[0]:
                self.inits.discard(pid)

    def useless(self) -> bool:
        """Whether no run is going on here, and either nobody asks or the machine needs the memory otherwise."""
        if len(self.inits) > 1:
            return False
        if time.monotonic() - self.used > self.config["idle_s"]:
            return True
        with open("/proc/meminfo") as file:
            available = next(int(line.split()[1]) for line in file if line.startswith("MemAvailable:"))
        return available < self.config["spare_memory_mb"] * 1024 and time.monotonic() - self.used > LOOK_S


def main() -> None:
    """The program; its only argument is its configuration as JSON."""
    config = json.loads(sys.argv.pop(1))
    started = time.monotonic()
    for name in [name for name in sys.modules if name.startswith("apps.")]:
        del sys.modules[name]  # a notebook finds no module of ours
    zygote = Zygote(config)
    # Read when matplotlib is imported; ipykernel sets the same later.
    os.environ["MPLBACKEND"] = MPL_BACKEND
    failed = load(config["modules"])
    rehearse()
    gc.collect()
    gc.freeze()
    send(zygote.control, event="loaded", seconds=round(time.monotonic() - started, 2), failed=failed)
    zygote.serve()
    os._exit(0)


if __name__ == "__main__":
    main()
