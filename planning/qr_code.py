"""QR codes (ISO/IEC 18004): a text as a square of dark and light modules, which telephones read from a screen.

Bytes only, error correction level M (15 % of the code may be lost), versions 1 to 10: up to 213 bytes.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, pairwise

BLOCKS = (
    *((10, 1, 16, 0), (16, 1, 28, 0), (26, 1, 44, 0), (18, 2, 32, 0), (24, 2, 43, 0)),
    *((16, 4, 27, 0), (18, 4, 31, 0), (22, 2, 38, 2), (22, 3, 36, 2), (26, 4, 43, 1)),
)
"""By version: check bytes of a block; how many blocks, and their bytes; how many blocks with a byte more."""
CENTRES = ((), (18,), (22,), (26,), (30,), (34,), (22, 38), (24, 42), (26, 46), (28, 50))
"""By version: where small squares lie besides 6, in rows and columns."""
EXP = [1]
for _ in range(254):
    EXP.append(EXP[-1] << 1 ^ (0x11D if EXP[-1] & 128 else 0))
LOG = {value: power for power, value in enumerate(EXP)}

type Square = list[list[bool | None]]


def qr_code(text: str, mask: int | None = None) -> list[list[bool]]:
    """The modules, row by row, True for dark; without the four light ones that have to lie around.

    `mask` 0 to 7: which pattern is laid over it; None: the one that reads best.

    Raises:
        ValueError: more than 213 bytes.
    """
    data = text.encode()
    version = next((one for one in range(1, 11) if len(data) <= room(one)), None)
    if version is None:
        raise ValueError(f"a text of {len(data)} bytes does not fit; at most {room(10)} do")
    square = frame(version)
    free = [(row, column) for row, column in zigzag(len(square)) if square[row][column] is None]
    bits = bits_of(codewords(data, version))
    drawn = [drawn_with(square, free, bits, one, version) for one in (range(8) if mask is None else (mask,))]
    return min(drawn, key=penalty)


def room(version: int) -> int:
    """Bytes of text that fit."""
    _, blocks, size, longer = BLOCKS[version - 1]
    return blocks * size + longer * (size + 1) - (3 if version > 9 else 2)


def codewords(data: bytes, version: int) -> list[int]:
    """Data and check bytes, in the order in which they are drawn."""
    checks, blocks, size, longer = BLOCKS[version - 1]
    bits = f"0100{len(data):0{16 if version > 9 else 8}b}" + "".join(f"{one:08b}" for one in data) + "0000"
    whole = [int(bits[at : at + 8].ljust(8, "0"), 2) for at in range(0, len(bits), 8)]
    wanted = blocks * size + longer * (size + 1)
    whole += [(0xEC, 0x11)[number % 2] for number in range(wanted - len(whole))]
    whole = whole[:wanted]
    parts, at = [], 0
    for length in [size] * blocks + [size + 1] * longer:
        parts.append(whole[at : at + length])
        at += length
    rests = [remainder(part, checks) for part in parts]
    return [*in_turn(parts), *in_turn(rests)]


def in_turn(parts: Sequence[Sequence[int]]) -> Iterator[int]:
    """The first of each, the second of each …"""
    for at in range(max(map(len, parts))):
        yield from (part[at] for part in parts if at < len(part))


def remainder(part: Sequence[int], checks: int) -> list[int]:
    """The check bytes of a block: Reed and Solomon's, over the field of 256 elements by 0x11D."""
    generator = [1]
    for power in range(checks):
        longer = [*generator, 0]
        for at, value in enumerate(generator):
            longer[at + 1] ^= times(value, EXP[power])
        generator = longer
    rest = [*part, *[0] * checks]
    for at in range(len(part)):
        lead = rest[at]
        for ahead, value in enumerate(generator):
            rest[at + ahead] ^= times(value, lead)
    return rest[len(part) :]


def times(one: int, other: int) -> int:
    """Of two elements of the field."""
    return EXP[(LOG[one] + LOG[other]) % 255] if one and other else 0


def bits_of(values: Iterable[int]) -> list[bool]:
    """The bits of bytes, the highest first."""
    return [bool(value >> bit & 1) for value in values for bit in range(7, -1, -1)]


def frame(version: int) -> Square:
    """What is the same in every code of a version; None where data go, and False where format and version go."""
    size = 17 + 4 * version
    square: Square = [[None] * size for _ in range(size)]
    for top, left in ((0, 0), (0, size - 7), (size - 7, 0)):
        for row in range(max(0, top - 1), min(size, top + 8)):
            for column in range(max(0, left - 1), min(size, left + 8)):
                ring = max(abs(row - top - 3), abs(column - left - 3))
                square[row][column] = ring in (0, 1, 3)
    centres = (6, *CENTRES[version - 1])
    for row in centres if version > 1 else ():
        for column in centres:
            if (row, column) in ((6, 6), (6, size - 7), (size - 7, 6)):
                continue
            for y in range(-2, 3):
                for x in range(-2, 3):
                    square[row + y][column + x] = max(abs(y), abs(x)) != 1
    for at in range(8, size - 8):
        square[6][at] = square[at][6] = at % 2 == 0
    for row, column, _ in format_places(0, size):
        square[row][column] = False
    if version > 6:
        for row, column, _ in version_places(version, size):
            square[row][column] = False
    square[size - 8][8] = True
    return square


def format_places(mask: int, size: int) -> Iterator[tuple[int, int, bool]]:
    """Where level and mask are written, twice, and the bits."""
    value = checked(mask, 10, 0x537) ^ 0x5412  # level M is 00
    for bit in range(15):
        dark = bool(value >> bit & 1)
        yield (bit + (bit > 5) if bit < 8 else size - 15 + bit), 8, dark
        yield 8, (size - 1 - bit if bit < 8 else 15 - bit - (bit > 8)), dark


def version_places(version: int, size: int) -> Iterator[tuple[int, int, bool]]:
    """Where the version is written, twice, and the bits."""
    value = checked(version, 12, 0x1F25)
    for bit in range(18):
        low, high, dark = bit // 3, size - 11 + bit % 3, bool(value >> bit & 1)
        yield low, high, dark
        yield high, low, dark


def checked(value: int, checks: int, generator: int) -> int:
    """A number with its check bits behind (BCH)."""
    rest = value << checks
    while rest.bit_length() > checks:
        rest ^= generator << (rest.bit_length() - checks - 1)
    return value << checks | rest


def zigzag(size: int) -> Iterator[tuple[int, int]]:
    """Every module in the order of the data: in pairs of columns from the right, upwards first."""
    upwards = True
    for right in (*range(size - 1, 6, -2), *range(5, 0, -2)):
        for row in range(size - 1, -1, -1) if upwards else range(size):
            yield row, right
            yield row, right - 1
        upwards = not upwards


def drawn_with(
    square: Square, free: Sequence[tuple[int, int]], bits: Sequence[bool], mask: int, version: int
) -> list[list[bool]]:
    """The whole code under a mask."""
    made = [[bool(module) for module in row] for row in square]
    for number, (row, column) in enumerate(free):
        made[row][column] = (number < len(bits) and bits[number]) ^ turned(mask, row, column)
    places = [*format_places(mask, len(square)), *(version_places(version, len(square)) if version > 6 else ())]
    for row, column, dark in places:
        made[row][column] = dark
    return made


def turned(mask: int, row: int, column: int) -> bool:
    """True where a mask turns dark to light and back."""
    product = row * column
    values = (
        *((row + column) % 2, row % 2, column % 3, (row + column) % 3, (row // 2 + column // 3) % 2),
        *(product % 2 + product % 3, (product % 2 + product % 3) % 2, ((row + column) % 2 + product % 3) % 2),
    )
    return values[mask] == 0


def penalty(square: Sequence[Sequence[bool]]) -> int:
    """How hard a code is to read: long runs, blocks, what looks like a corner, and too much of one colour."""
    size, count = len(square), 0
    lines = [*map(list, square), *map(list, zip(*square, strict=True))]
    for line in lines:
        count += sum(length - 2 for _, run in groupby(line) if (length := len(list(run))) > 4)
        text = "".join(".#"[dark] for dark in line)
        for pattern in ("#.###.#....", "....#.###.#"):
            count += 40 * sum(text.startswith(pattern, at) for at in range(size - 10))
    for above, below in pairwise(square):
        count += 3 * sum(above[at] == above[at + 1] == below[at] == below[at + 1] for at in range(size - 1))
    dark = sum(map(sum, square))
    return count + 10 * (abs(20 * dark - 10 * size * size) // (size * size))


def as_path(square: Sequence[Sequence[bool]]) -> str:
    """The dark modules as an SVG path, one unit a module, with the light border of four around."""
    runs = []
    for row, line in enumerate(square, start=4):
        column = 4
        for dark, run in groupby(line):
            width = len(list(run))
            runs += [f"M{column} {row}h{width}v1h-{width}z"] if dark else []
            column += width
    return "".join(runs)
