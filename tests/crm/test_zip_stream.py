"""A zip that is put together of parts that were deflated before."""

import io
import zipfile
from itertools import batched

import pytest

from crm import zip_stream
from crm.zip_stream import Checks, ZipStream, deflated, inflated


def packed(files, *, at_once):
    made, out = ZipStream(), b""
    for name, lines in files.items():
        checks = Checks()
        out += made.begin(name)
        for part in batched(lines, at_once) if lines else [()]:
            for line in part:
                checks.take(line)
            piece = b"".join(deflated(part))
            assert b"".join(inflated([piece])) == b"".join(part)
            checks.packed += len(piece)
            out += piece
        out += made.end(checks)
    return out + made.finish()


@pytest.mark.parametrize("far", [False, True])
def test_every_reader_finds_the_files_whatever_the_parts_and_sizes(monkeypatch, far):
    if far:  # as though the files lay beyond four gigabytes
        monkeypatch.setattr(zip_stream, "MOST", 20)
    files = {"a.csv": [b"id,name\r\n", *(b"%d,Firm %d\r\n" % (n, n) for n in range(50))], "none.csv": []}
    for at_once in (7, 100):
        with zipfile.ZipFile(io.BytesIO(packed(files, at_once=at_once))) as pack:
            assert pack.testzip() is None
            assert {name: pack.read(name) for name in pack.namelist()} == {
                name: b"".join(lines) for name, lines in files.items()
            }
            assert pack.getinfo("a.csv").external_attr >> 16 == 0o600
