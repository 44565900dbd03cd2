"""The words of a bubblewrap command, as they grow."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from apps.runner.gpu import Slot

MIB = 1024 * 1024


@dataclass
class Plan:
    """The words of a bubblewrap command as it grows: sources may be staged, contents travel as open descriptors."""

    words: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    descriptors: list[int] = field(default_factory=list)
    emptied: list[str] = field(default_factory=list)

    def add(self, *words: str) -> None:
        """Options as they are."""
        self.words += words

    def bind(self, source: str | Path, target: str | Path | None = None) -> None:
        """Show `source` read-only at `target` (at its own path by default)."""
        self.sources.append(str(source))
        self.words += ["--ro-bind", f"{{{len(self.sources) - 1}}}", str(target or source)]

    def device(self, slot: Slot) -> None:
        """Show one GPU slot: its device nodes, and what its driver library reads of /sys. No other device is there."""
        for node in slot.nodes:
            if Path(node).exists():
                self.words += ["--dev-bind", node, node]
        for path in slot.sysfs:
            self.words += ["--ro-bind", path, path]

    def write(self, content: bytes, *target: str, option: str = "--file") -> None:
        """Put a file with `content` at `target` without one on the host: the content waits in memory."""
        descriptor = os.memfd_create("studyhub")
        os.write(descriptor, content)
        os.lseek(descriptor, 0, os.SEEK_SET)
        self.descriptors.append(descriptor)
        self.words += [option, str(descriptor), *target]

    def tmpfs(self, target: str, size_mb: int, mode: str = "0700") -> None:
        """An empty writable folder in memory that holds at most `size_mb`."""
        self.words += ["--perms", mode, "--size", str(size_mb * MIB), "--tmpfs", target]

    def empty(self, folder: str) -> None:
        """Hide what lies in `folder`; `finish` makes it read-only, for a learner owns every tmpfs."""
        self.tmpfs(folder, 1, "0755")
        self.emptied.append(folder)

    def close(self) -> None:
        """Close the descriptors once the process that reads them has started."""
        while self.descriptors:
            os.close(self.descriptors.pop())
