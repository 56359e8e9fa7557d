"""A table whose reader goes away before its end."""

import signal
import subprocess
import sys


def test_a_reader_that_goes_away_is_no_fault_of_the_program() -> None:
    words = [sys.executable, "-u", "-m", "benchmarks", "replay", "--instances", "nowhere.csv"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as program:
        assert program.stdout is not None and program.stderr is not None
        program.stdout.close()
        assert program.stderr.read() == b""
        assert program.wait() == 128 + signal.SIGPIPE
