"""What is packed comes back, and cannot end the element it stands in."""

import base64
import json
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maps.packing import pack, pack_lines


def unpack(text: str) -> tuple[dict, dict]:
    """The plain Python twin of packed.js."""
    block = zlib.decompress(base64.b64decode(text))
    length = int.from_bytes(block[:4], "little")
    header = json.loads(block[4 : 4 + length])
    kinds = {
        "Uint8Array": "u1",
        "Int32Array": "<i4",
        "Uint32Array": "<u4",
        "Float32Array": "<f4",
        "Float64Array": "<f8",
    }
    arrays = {
        name: np.frombuffer(block, kinds[kind], size, 4 + length + offset)
        for name, kind, offset, size in header["arrays"]
    }
    return header["meta"], arrays


def unpack_lines(arrays: dict) -> list[np.ndarray]:
    points = np.cumsum(arrays["points"].reshape(-1, 2).astype(np.int64), axis=0) / 1e6
    return np.split(points, arrays["ends"][:-1]) if len(arrays["ends"]) else []


def test_values_and_arrays_come_back() -> None:
    numbers = {"a": np.array([1, 2, 3], np.uint8), "b": np.array([0.5, -2.25]), "c": np.array([-7], np.int32)}
    meta, arrays = unpack(pack({"name": "Ж</script>"}, numbers))
    assert meta == {"name": "Ж</script>"}
    assert all(np.array_equal(arrays[name], numbers[name]) for name in numbers)


def test_arrays_start_where_the_browser_can_read_them_in_place() -> None:
    block = zlib.decompress(base64.b64decode(pack({"x": "é"}, {"a": np.zeros(3, np.uint8), "b": np.ones(2)})))
    length = int.from_bytes(block[:4], "little")
    offsets = [offset for _, _, offset, _ in json.loads(block[4 : 4 + length])["arrays"]]
    assert all((4 + length + offset) % 8 == 0 for offset in offsets)


def test_the_text_has_no_character_of_markup() -> None:
    assert set(pack({"name": "<>&\"'</script>"}, {})) <= set(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
    )


def test_a_type_browsers_lack_is_refused() -> None:
    with pytest.raises(ValueError, match="int64"):
        pack({}, {"a": np.array([1], np.int64)})


def test_not_a_number_is_refused_in_values() -> None:
    with pytest.raises(ValueError):
        pack({"x": float("nan")}, {})


def test_no_lines_at_all_can_be_packed() -> None:
    assert unpack_lines(unpack(pack({}, pack_lines([])))[1]) == []


@given(
    lines=st.lists(
        st.lists(st.tuples(st.floats(-90, 90), st.floats(-180, 180)), max_size=6).map(
            lambda p: np.array(p).reshape(-1, 2)
        ),
        min_size=1,
        max_size=5,
    )
)
@settings(max_examples=60, deadline=None)
def test_lines_come_back_within_half_a_millionth_of_a_degree(lines: list[np.ndarray]) -> None:
    back = unpack_lines(unpack(pack({}, pack_lines(lines)))[1])
    assert [len(line) for line in back] == [len(line) for line in lines]
    assert all(np.allclose(a, b, atol=6e-7) for a, b in zip(back, lines, strict=True))
