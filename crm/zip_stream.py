"""A zip whose files come in parts that are deflated already: no part has to be looked at again to put it together.

Every part ends on a whole byte and refers to nothing before it, so parts may be made at different times, and kept; a
file is its parts one after the other. Sizes and checks follow the content (APPNOTE.TXT 6.3.10, 4.3.9), since they are
known only then; sizes are written with 64 bits wherever they might need them.
"""

import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

EPOCH_DATE = (0 << 9) | (1 << 5) | 1
"""1980-01-01, the date of every file, so that the same content gives the same bytes."""
LEVEL = 6
END_OF_FILE = b"\x03\x00"
"""Deflated nothing, as the last block."""
BIG = 0xFFFFFFFF
"""Stands for a number that is written elsewhere with 64 bits."""
MOST = BIG - 1
FOLLOWS, DEFLATED, VERSION = 0x08, 8, 45
OWNER_ONLY = 0o600 << 16


@dataclass(slots=True)
class Checks:
    """Of the plain content of a file as far as it is known, and how long it is deflated."""

    crc: int = 0
    plain: int = 0
    packed: int = 0

    def take(self, line: bytes) -> None:
        """Go on with more of the content."""
        self.crc = zlib.crc32(line, self.crc)
        self.plain += len(line)


def deflated(lines: Iterable[bytes]) -> Iterator[bytes]:
    """One part: what is deflated of these lines, as it comes."""
    pack = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    for line in lines:
        if piece := pack.compress(line):
            yield piece
    yield pack.flush(zlib.Z_FULL_FLUSH)


def inflated(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The plain content of a part."""
    unpack = zlib.decompressobj(-zlib.MAX_WBITS)
    for piece in pieces:
        yield unpack.decompress(piece)


class ZipStream:
    """Says what stands before, between and after the files."""

    def __init__(self) -> None:
        self.at = 0
        self.entries: list[tuple[bytes, Checks, int]] = []

    def begin(self, name: str) -> bytes:
        """What stands before the parts of a file."""
        self.begun = name.encode("ascii"), self.at
        sizes = struct.pack("<HHQQ", 1, 16, 0, 0)
        fixed = (VERSION, FOLLOWS, DEFLATED, 0, EPOCH_DATE, 0, BIG, BIG, len(self.begun[0]), len(sizes))
        return self._count(struct.pack("<4s5H3L2H", b"PK\x03\x04", *fixed) + self.begun[0] + sizes)

    def end(self, checks: Checks) -> bytes:
        """What stands after them; `checks.packed` counts the parts alone."""
        name, began = self.begun
        whole = Checks(checks.crc, checks.plain, checks.packed + len(END_OF_FILE))
        self.entries.append((name, whole, began))
        self.at += checks.packed
        return self._count(END_OF_FILE + struct.pack("<4sLQQ", b"PK\x07\x08", whole.crc, whole.packed, whole.plain))

    def finish(self) -> bytes:
        """The directory."""
        began = self.at
        listed = b"".join(map(self._listed, self.entries))
        count, end = len(self.entries), began + len(listed)
        far = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, VERSION, VERSION, 0, 0, count, count, len(listed), began)
        far += struct.pack("<4sLQL", b"PK\x06\x07", 0, end, 1)
        least = (count, count, len(listed), BIG if began > MOST else began)
        last = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, *least, 0)
        return self._count(listed + (far if began > MOST else b"") + last)

    def _listed(self, entry: tuple[bytes, Checks, int]) -> bytes:
        name, checks, began = entry
        numbers = (checks.plain, checks.packed, began)
        large = [number for number in numbers if number > MOST]
        extra = struct.pack(f"<HH{len(large)}Q", 1, 8 * len(large), *large) if large else b""
        plain, packed, place = (BIG if number > MOST else number for number in numbers)
        fixed = (VERSION, VERSION, FOLLOWS, DEFLATED, 0, EPOCH_DATE, checks.crc, packed, plain)
        rest = (len(name), len(extra), 0, 0, 0, OWNER_ONLY, place)
        return struct.pack("<4s6H3L5H2L", b"PK\x01\x02", *fixed, *rest) + name + extra

    def _count(self, written: bytes) -> bytes:
        self.at += len(written)
        return written
