"""Tensors from a .safetensors that hostile code may have written.

Format (safetensors documentation, "Format"): eight bytes, little endian: the length N of the header; N bytes of JSON
`{name: {"dtype", "shape", "data_offsets": [begin, end]}}`; then the values, little endian, in rows.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from apps.grading import npz, strict_json
from apps.grading.errors import ArtefactError

MAX_HEADER = 2**18
MAX_TENSORS = 2000
_DTYPES = {
    "BOOL": "|b1", "U8": "|u1", "I8": "|i1", "U16": "<u2", "I16": "<i2", "U32": "<u4", "I32": "<i4", "U64": "<u8",
    "I64": "<i8", "F16": "<f2", "F32": "<f4", "F64": "<f8", "BF16": "<u2",
}  # fmt: skip


def read_tensors(data: bytes, *, max_elements: int) -> dict[str, np.ndarray]:
    """The tensors in the bytes of a .safetensors, by name; bfloat16 becomes float32.

    Raises ArtefactError for anything that is not exactly the format: offsets that overlap, leave gaps or pass the
    end, shapes that don't fit their bytes, unknown dtypes, a header beyond 256 KiB, more than 2000 tensors or
    `max_elements` elements in all.
    """
    what = "The saved weights"
    length = int.from_bytes(data[:8], "little") if len(data) >= 8 else -1
    if not 2 <= length <= MAX_HEADER or 8 + length > len(data):
        raise ArtefactError(f"{what} could not be read: their header is damaged or too long.")
    header = strict_json.parse(data[8 : 8 + length], what=f"The header of {what.lower()}", max_depth=4)
    if not isinstance(header, dict):
        raise ArtefactError(f"{what} could not be read: their header is damaged.")
    header.pop("__metadata__", None)
    if len(header) > MAX_TENSORS:
        raise ArtefactError(f"{what} hold more than {MAX_TENSORS} tensors.")
    body = memoryview(data)[8 + length :]
    entries = sorted((_entry(name, entry) for name, entry in header.items()), key=lambda found: found[3:])
    tensors: dict[str, np.ndarray] = {}
    at, left = 0, max_elements
    for name, code, shape, begin, end in entries:
        dtype = np.dtype(_DTYPES[code])
        npz.check_layout(name[:80], shape, dtype, left)
        if begin != at or end > len(body) or end - begin != math.prod(shape) * dtype.itemsize:
            raise ArtefactError(f"{what} could not be read: a tensor's place doesn't fit its shape.")
        values = npz.from_buffer(bytes(body[begin:end]), dtype, shape, order="C", name=name[:80])
        if code == "BF16":  # the upper half of a float32
            values = (values.astype(np.uint32) << 16).view(np.float32)
        tensors[name] = values
        at, left = end, left - values.size
    if at != len(body):
        raise ArtefactError(f"{what} could not be read: there are bytes that belong to no tensor.")
    return tensors


def _entry(name: str, entry: Any) -> tuple[str, str, tuple[int, ...], int, int]:
    match entry:
        case {"dtype": str(code), "shape": list(shape), "data_offsets": [int(begin), int(end)]} if (
            len(entry) == 3 and code in _DTYPES and all(type(side) is int for side in shape)
        ):
            return name, code, tuple(shape), int(begin), int(end)
    raise ArtefactError("The saved weights could not be read: a tensor's description is damaged or of an unknown type.")
