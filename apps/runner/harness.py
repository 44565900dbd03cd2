"""The probe harness: runs inside the sandbox, in the learner's own kernel, after the last cell.

It calls what the notebook defined on inputs that arrive only now, and writes what came back in plain formats. It knows
no answer. Learner code may have replaced anything that is used here; that way it can spoil its own results, no more:
whoever reads them trusts neither their names nor their contents.

Its text is executed in a namespace of its own that holds NAMESPACE (the notebook's) and REQUEST (JSON text). Everything
but the standard library is optional: an exercise may do without NumPy or torch.
"""

import contextlib
import io
import json
import math
import os
import random
import signal
import sys
import time
import traceback

NAMESPACE = globals().get("NAMESPACE", {})
REQUEST = globals().get("REQUEST", "")
MAX_DEPTH = 12
MAX_NODES = 100_000


class UnsupportedValue(Exception):
    """The value is of a kind that has no plain form."""


class TooLarge(Exception):
    """The value would not fit into what is left of the run's space for artefacts."""


class CallTimedOut(BaseException):
    """The call took too long. A BaseException: learner code that catches Exception does not catch it."""


def library(name):
    """A library if the notebook has loaded it; the harness itself loads none."""
    return sys.modules.get(name)


def load_inputs(described, path):
    """The hidden inputs by name, read anew for each call: a call that changes its arguments changes only its own."""
    inputs = {}
    arrays = {}
    if any(item["kind"] != "json" for item in described):
        import numpy

        with numpy.load(path, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
    for item in described:
        name, kind = item["name"], item["kind"]
        if kind == "json":
            inputs[name] = item["value"]
        elif kind == "array":
            inputs[name] = arrays[name]
        elif kind == "tensor":
            import torch

            inputs[name] = torch.from_numpy(arrays[name])
        else:
            import pandas

            inputs[name] = pandas.DataFrame({column: arrays[f"{name}/{column}"] for column in item["columns"]})
    return inputs


def resolve(target):
    """What the dotted name `target` stands for in the notebook. Raises LookupError where there is nothing."""
    first, *rest = target.split(".")
    if first not in NAMESPACE:
        raise LookupError(f"The notebook does not define `{first}`.")
    value = NAMESPACE[first]
    for name in rest:
        if not hasattr(value, name):
            raise LookupError(f"`{first}` has no `{name}`.")
        value = getattr(value, name)
    return value


def fill(argument, inputs):
    """The argument itself, or the hidden input that a text such as "$X" stands for."""
    if isinstance(argument, str) and argument.startswith("$"):
        return inputs[argument[1:]]
    return argument


def seed_all(seed):
    """Seed every generator that the notebook may have loaded."""
    random.seed(seed)
    if library("numpy"):
        library("numpy").random.seed(seed % 2**32)
    if library("torch"):
        library("torch").manual_seed(seed)


def as_tensors(value):
    """The tensors of a torch module or of a dict of tensors, by name; None for anything else."""
    torch = library("torch")
    if torch is None:
        return None
    if isinstance(value, torch.nn.Module):
        value = value.state_dict()
    if isinstance(value, dict) and value and all(isinstance(item, torch.Tensor) for item in value.values()):
        return {str(name): item.detach().cpu().clone().contiguous() for name, item in value.items()}
    return None


def as_array(value):
    """A NumPy array of a plain type for anything that is one in disguise; None for anything else."""
    numpy, torch, pandas = library("numpy"), library("torch"), library("pandas")
    if torch and isinstance(value, torch.Tensor):
        value = value.detach().cpu()
        value = (value.float() if value.dtype == torch.bfloat16 else value).numpy()
    if pandas and isinstance(value, (pandas.Series, pandas.Index)):
        value = value.to_numpy()
    if numpy is None or not isinstance(value, (numpy.ndarray, numpy.generic)):
        return None
    array = numpy.asarray(value)
    if array.dtype.kind in "OT":
        if not all(isinstance(item, str) for item in array.flat):
            raise UnsupportedValue("An array of Python objects can't be handed in; use numbers or texts.")
        array = array.astype(str)
    if array.dtype.kind not in "biufU":
        raise UnsupportedValue(f"An array of type {array.dtype} can't be handed in.")
    return array


class Encoder:
    """Turns a value into a tree of JSON and a list of arrays; `space` is the bytes it may take."""

    def __init__(self, space):
        self.space, self.nodes, self.arrays = space, 0, {}

    def take(self, size):
        """Book `size` bytes."""
        self.space -= size
        if self.space < 0:
            raise TooLarge

    def encode(self, value, depth=0):
        """The tree of `value`."""
        self.nodes += 1
        if depth > MAX_DEPTH or self.nodes > MAX_NODES:
            raise TooLarge
        if value is None or isinstance(value, (bool, str)) or type(value) is int:
            self.take(len(value) * 4 if isinstance(value, str) else 16)
            return value
        if type(value) is float:
            self.take(24)
            return value if math.isfinite(value) else {"$float": str(value)}
        pandas = library("pandas")
        if pandas and isinstance(value, pandas.DataFrame):
            return {"$table": [[str(name), self.encode(value[name], depth + 1)] for name in value.columns]}
        array = as_array(value)
        if array is not None:
            self.take(array.nbytes)
            name = f"a{len(self.arrays)}"
            self.arrays[name] = array
            return {"$array": name}
        if isinstance(value, (list, tuple)):
            items = [self.encode(item, depth + 1) for item in value]
            return items if isinstance(value, list) else {"$tuple": items}
        if isinstance(value, dict):
            return {"$dict": [[self.key(key), self.encode(item, depth + 1)] for key, item in value.items()]}
        raise UnsupportedValue(f"A value of type {type(value).__name__} can't be handed in.")

    @staticmethod
    def key(key):
        """A key of a dict, where it is a plain one."""
        if not isinstance(key, (str, int, bool)):
            raise UnsupportedValue(f"A dict with keys of type {type(key).__name__} can't be handed in.")
        return key


def take_value(probe, request):
    """Make the call of `probe`, or read its value, within its time. Raises whatever the learner's code raises."""

    def stop(signum, frame):
        raise CallTimedOut

    seed_all(probe["seed"])
    target = resolve(probe["target"])
    if not probe["call"]:
        return target
    inputs = load_inputs(request["inputs"], request["inputs_file"])
    arguments = [fill(argument, inputs) for argument in probe["args"]]
    keywords = {name: fill(argument, inputs) for name, argument in probe["kwargs"].items()}
    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, probe["timeout_s"])
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            return target(*arguments, **keywords)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def store(stem, value, space):
    """Write `value` beside `stem` as far as it needs more than JSON; return its tree and the bytes it took."""
    tensors = as_tensors(value)
    if tensors is not None:
        from safetensors.torch import save_file

        size = sum(item.numel() * item.element_size() for item in tensors.values())
        if size > space:
            raise TooLarge
        save_file(tensors, stem + ".safetensors")
        return {"$safetensors": True}, size
    encoder = Encoder(space)
    tree = encoder.encode(value)
    if encoder.arrays:
        import numpy

        numpy.savez(stem + ".npz", **encoder.arrays)
    return tree, space - encoder.space


def describe(error):
    """An exception of the learner's code in plain words: its name, its text, and the line that raised it."""
    frames = traceback.extract_tb(error.__traceback__)
    line = next((frame.line for frame in reversed(frames) if frame.filename != "<studyhub>"), "") or ""
    return {"name": type(error).__name__, "message": str(error)[:500], "line": line[:200]}


def answer(probe, request, space):
    """The report on one probe, and the bytes its value took."""
    report = {"probe": probe["id"], "status": "ok", "error": None, "seconds": 0.0, "value": None}
    started, size = time.perf_counter(), 0
    try:
        value = take_value(probe, request)
        report["seconds"] = time.perf_counter() - started
        report["value"], size = store(os.path.join(request["outbox"], probe["id"]), value, space)
    except LookupError as error:
        # A LookupError of the learner's own code is an error like any other: only ours means that the name is missing.
        own = len(traceback.extract_tb(error.__traceback__)) <= 3 and type(error) is LookupError
        report["status"] = "missing" if own else "raised"
        report["error"] = describe(error)
    except CallTimedOut:
        report["status"] = "timed_out"
        report["error"] = {"name": "TimeoutError", "message": f"No answer within {probe['timeout_s']:g} s.", "line": ""}
    except UnsupportedValue as error:
        report["status"] = "unsupported"
        report["error"] = describe(error)
    except TooLarge:
        report["status"] = "too_large"
        report["error"] = {"name": "TooLarge", "message": "The value is too large to be handed in.", "line": ""}
    except BaseException as error:
        report["status"] = "raised"
        report["error"] = describe(error)
    return report, size


def main():
    """Answer each probe of the request in a file of its own."""
    request = json.loads(REQUEST)
    space = request["space"]
    for probe in request["probes"]:
        report, size = answer(probe, request, space)
        space -= size
        with open(os.path.join(request["outbox"], probe["id"] + ".json"), "w", encoding="utf-8") as file:
            json.dump(report, file, allow_nan=False)


if REQUEST:
    main()
