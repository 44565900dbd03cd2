"""What can go wrong on the platform's side of a run. A learner's mistakes are outcomes, not exceptions."""


class SandboxError(Exception):
    """The sandbox could not be set up; its text says why and what an operator can do about it."""


class GpuError(Exception):
    """There is no GPU to work on, or it has failed; the text says what and, where there is one, the remedy."""


class KernelStartError(Exception):
    """The kernel ended, or did not answer in time, before the first cell."""
