"""A folder of artefacts as the probe harness writes them, and as somebody with worse intentions might."""

import io
import json

import numpy as np
import pytest


class Artefacts:
    """Writes results of probes into a folder."""

    def __init__(self, folder):
        self.folder = folder

    def json(self, probe, record):
        """The record of a probe: bytes or text as they are, anything else as JSON."""
        text = record if isinstance(record, str | bytes) else json.dumps(record)
        path = self.folder / f"{probe}.json"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    def tree(self, probe, tree, **arrays):
        """A value that came back well: its tree, and the arrays that it names."""
        if arrays:
            np.savez(self.folder / f"{probe}.npz", allow_pickle=False, **arrays)
        return self.json(probe, {"probe": probe, "status": "ok", "error": None, "seconds": 0.1, "value": tree})

    def array(self, probe, array):
        """A single array that came back well."""
        return self.tree(probe, {"$array": "a0"}, a0=np.asarray(array))

    def tensors(self, probe, data):
        """A model's weights, as the bytes of a safetensors file."""
        (self.folder / f"{probe}.safetensors").write_bytes(data)
        return self.tree(probe, {"$safetensors": True})

    def failed(self, probe, status, name="ValueError", message="no"):
        """A probe that brought nothing back."""
        error = {"name": name, "message": message, "line": ""}
        return self.json(probe, {"probe": probe, "status": status, "error": error, "seconds": 0.0, "value": None})


@pytest.fixture
def artefacts(tmp_path):
    folder = tmp_path / "artefacts"
    folder.mkdir()
    return Artefacts(folder)


def npy(shape="(3,)", descr="'<f8'", body=b"\0" * 24, fortran="False", version=b"\x01\x00"):
    """The bytes of a .npy file with a header of one's own."""
    header = f"{{'descr': {descr}, 'fortran_order': {fortran}, 'shape': {shape}, }}".encode("latin1") + b"\n"
    size = len(header).to_bytes(2 if version[0] == 1 else 4, "little")
    return b"\x93NUMPY" + version + size + header + body


def npz(**members):
    """The bytes of a zip with members of one's own, uncompressed."""
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in members.items():
            archive.writestr(f"{name}.npy", data)
    return out.getvalue()
