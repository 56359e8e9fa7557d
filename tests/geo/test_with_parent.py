"""A tool that was started ends with the process that waits for it, also when that one is killed."""

import os
import signal
import subprocess
import sys
import time

import pytest

STARTS = """
import shutil
import subprocess
from geo.with_parent import bound_to_us
tool = subprocess.Popen(bound_to_us([shutil.which("sleep"), "600"]))
print(tool.pid, flush=True)
tool.communicate()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="asked of the kernel, on Linux")
def test_a_tool_does_not_outlive_a_killed_process():
    env = dict(os.environ, PYTHONPATH=os.getcwd())
    parent = subprocess.Popen([sys.executable, "-c", STARTS], stdout=subprocess.PIPE, env=env)
    tool = int(parent.stdout.readline())
    os.kill(tool, 0)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    for _ in range(200):
        if not is_alive(tool):
            return
        time.sleep(0.05)
    os.kill(tool, signal.SIGKILL)
    pytest.fail("the tool goes on without anybody waiting for it")


def is_alive(pid):
    """True for a process that is there and no zombie."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
