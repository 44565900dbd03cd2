"""Arrays from a .npz that hostile code may have written. Format: the NumPy documentation, `numpy.lib.format`."""

from __future__ import annotations

import io
import math
import zipfile
from typing import IO

import numpy as np
from numpy.lib import format as npy

from apps.grading.errors import ArtefactError

MAX_HEADER = 4096
MAX_NDIM = 6
MAX_TEXT_BYTES = 4096  # of one string: 1024 characters
_KINDS = {"b": "bool", "i": "int", "u": "uint", "f": "float", "U": "text"}


def read_arrays(data: bytes, names: set[str], *, max_bytes: int, max_elements: int) -> dict[str, np.ndarray]:
    """The arrays called `names`, read from the bytes of a .npz; `max_bytes` and `max_elements` are for all together.

    Raises ArtefactError unless the archive holds exactly these arrays, unencrypted, in dtypes bool, int, uint, float
    (up to 64 bits) or unicode, with at most 6 dimensions. Nothing is allocated before the sizes are known to fit,
    and nothing is ever unpickled.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = _members(archive, names, max_bytes)
            found: dict[str, np.ndarray] = {}
            left = max_elements
            for name in sorted(names):
                with archive.open(members[name]) as file:
                    found[name] = _read_npy(file, name, left)
                left -= found[name].size
            return found
    except ArtefactError:
        raise
    # zipfile, zlib and NumPy's header parser raise a dozen kinds of exception for broken bytes (BadZipFile,
    # struct.error, NotImplementedError, RuntimeError, SyntaxError ...). All mean the same here: the file is damaged.
    except Exception as error:
        raise ArtefactError("The arrays of this result could not be read: the file is damaged.") from error


def _members(archive: zipfile.ZipFile, names: set[str], max_bytes: int) -> dict[str, zipfile.ZipInfo]:
    infos = archive.infolist()
    if len(infos) != len(names) or {info.filename for info in infos} != {f"{name}.npy" for name in names}:
        raise ArtefactError("The arrays of this result are not the ones that it names.")
    if sum(info.file_size for info in infos) > max_bytes:
        raise ArtefactError(f"The arrays of this result need more than the {max_bytes / 2**20:g} MiB that are allowed.")
    for info in infos:
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or info.flag_bits & 0x1:
            raise ArtefactError("The arrays of this result are packed in a way that is not accepted.")
    return {info.filename.removesuffix(".npy"): info for info in infos}


def _read_npy(file: IO[bytes], name: str, max_elements: int) -> np.ndarray:
    version = npy.read_magic(file)
    if version == (1, 0):
        shape, fortran, dtype = npy.read_array_header_1_0(file, max_header_size=MAX_HEADER)
    elif version == (2, 0):
        shape, fortran, dtype = npy.read_array_header_2_0(file, max_header_size=MAX_HEADER)
    else:
        raise ArtefactError(f"Array {name} is in a version of the .npy format that is not accepted.")
    check_layout(name, tuple(shape), dtype, max_elements)
    needed = math.prod(shape) * dtype.itemsize
    raw = file.read(needed + 1)
    if len(raw) != needed:
        raise ArtefactError(f"Array {name} is shorter or longer than its header says.")
    return from_buffer(raw, dtype, tuple(shape), order="F" if fortran else "C", name=name)


def check_layout(name: str, shape: tuple[int, ...], dtype: np.dtype, max_elements: int) -> None:
    """Raise ArtefactError unless an array of this shape and dtype may be read. Allocates nothing."""
    if dtype.kind not in _KINDS or dtype.hasobject or (dtype.itemsize == 0 and dtype.kind != "U"):
        raise ArtefactError(
            f"Values of type {str(dtype)[:40]} can't be compared; return numbers, truth values or text."
        )
    if dtype.kind != "U" and dtype.itemsize > 8:
        raise ArtefactError(f"Numbers of type {dtype} can't be compared; use float64.")
    if dtype.itemsize > MAX_TEXT_BYTES:
        raise ArtefactError(f"Array {name} holds text of more than {MAX_TEXT_BYTES // 4} characters.")
    if len(shape) > MAX_NDIM:
        raise ArtefactError(f"Array {name} has {len(shape)} dimensions; at most {MAX_NDIM} are accepted.")
    if any(type(side) is not int or side < 0 for side in shape):
        raise ArtefactError(f"Array {name} has a shape that makes no sense.")
    # A zero somewhere makes the product small, while NumPy itself multiplies the other sides.
    if math.prod(side for side in shape if side) > max_elements:
        raise ArtefactError(f"Array {name} has more elements than the {max_elements} that are allowed.")


def from_buffer(raw: bytes, dtype: np.dtype, shape: tuple[int, ...], *, order: str, name: str) -> np.ndarray:
    """An array of native byte order over a copy of `raw`, whose values are checked to be what the dtype can mean."""
    if dtype.kind == "b" and raw and np.frombuffer(raw, np.uint8).max() > 1:
        raise ArtefactError(f"Array {name} holds truth values that are neither true nor false.")
    if dtype.kind == "U" and raw:
        points = np.frombuffer(raw, np.dtype(np.uint32).newbyteorder(dtype.byteorder))
        if points.max() > 0x10FFFF or np.any((points >= 0xD800) & (points <= 0xDFFF)):
            raise ArtefactError(f"Array {name} holds text that is not valid Unicode.")
    if dtype.itemsize == 0:
        return np.zeros(shape, dtype="U1")
    flat = np.frombuffer(raw, dtype).astype(dtype.newbyteorder("="))
    return flat.reshape(shape, order="F" if order == "F" else "C")
