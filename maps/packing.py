"""Data for a page: JSON and typed arrays in one compressed block that no HTML or script can break out of.

Layout before compression, little endian: ``uint32`` length of the header; the header as UTF-8 JSON
``{"meta": …, "arrays": [[name, type, offset, length], …]}``, offsets counted from the start of the block and
multiples of eight; the arrays. The block is deflated (zlib) and written as base64.
``assets/modules/packed.js`` reads it.
"""

import base64
import json
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

_TYPES = {
    "u1": "Uint8Array",
    "u2": "Uint16Array",
    "i4": "Int32Array",
    "u4": "Uint32Array",
    "f4": "Float32Array",
    "f8": "Float64Array",
}
_DEGREE = 1e6  # whole steps per degree of packed lines: 0.11 m


def pack(meta: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> str:
    """Base64 text holding ``meta`` (JSON values) and ``arrays`` (uint8, uint16, int32, uint32, float32 or float64).

    The same values give the same text.
    """
    return base64.b64encode(pack_bytes(meta, arrays, level=9)).decode("ascii")


def pack_bytes(meta: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], *, level: int = 3) -> bytes:
    """The same as bytes, for an answer of a server."""
    rows, bodies, offset = [], [], 0
    for name, array in arrays.items():
        kind = array.dtype.newbyteorder("<").str[1:]
        if kind not in _TYPES:
            raise ValueError(f"array {name!r} has type {array.dtype}, expected one of {', '.join(_TYPES)}")
        body = np.ascontiguousarray(array, dtype=f"<{kind}").tobytes()
        rows.append([name, _TYPES[kind], offset, array.size])
        bodies.append(body.ljust(_aligned(len(body)), b"\0"))
        offset += len(bodies[-1])
    header = {"meta": meta, "arrays": rows}
    text = json.dumps(header, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    text = text.ljust(_aligned(len(text) + 4) - 4)
    block = len(text).to_bytes(4, "little") + text + b"".join(bodies)
    return zlib.compress(block, level)


def pack_lines(lines: list[NDArray[np.float64]]) -> dict[str, NDArray[Any]]:
    """Arrays ``points`` and ``ends`` holding lines of (n, 2) latitude, longitude.

    Points are whole millionths of a degree, each the difference from the one before (the first of all lines from
    0, 0); ``ends`` is the running count of points after each line.
    """
    counts = np.array([len(line) for line in lines], dtype=np.int64)
    whole = np.rint(np.concatenate([*lines, np.empty((0, 2))]) * _DEGREE).astype(np.int64)
    steps = np.diff(whole, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    return {"points": steps.astype(np.int32).ravel(), "ends": np.cumsum(counts).astype(np.uint32)}


def _aligned(length: int) -> int:
    return (length + 7) // 8 * 8
