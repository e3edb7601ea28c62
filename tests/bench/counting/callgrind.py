"""Instructions in user space, counted by valgrind: no matter how fast the machine is, how busy, or
whether it has hardware counters. A program is some fifty times slower under it."""

import re
import subprocess
import time
from pathlib import Path

WRITTEN_WITHIN = 60  # seconds


def under(directory, name):
    """What stands before a command that is to be counted; the numbers are left in `directory`."""
    return ["valgrind", "--quiet", "--tool=callgrind", "--dump-line=no",
            f"--callgrind-out-file={directory}/{name}"]


def read_total(text):
    """Of a callgrind.out file; None while it is still being written."""
    found = re.search(r"^totals: (\d+)\n", text, re.MULTILINE)
    return int(found[1]) if found else None


class Counter:
    """Counts one process that was started under() these two."""

    def __init__(self, pid, directory, name):
        self.pid = pid
        self.written = lambda: sorted(Path(directory).glob(f"{name}.*"))

    def start(self):
        self._control("-z")

    def stop(self):
        """How many since start()."""
        for old in self.written():
            old.unlink()
        said = self._control("-d")
        until = time.monotonic() + WRITTEN_WITHIN
        while time.monotonic() < until:
            for file in self.written():
                total = read_total(file.read_text())
                if total is not None:
                    return total
            time.sleep(0.05)
        raise RuntimeError(f"callgrind has written nothing of process {self.pid}: {said}")

    def _control(self, what):
        return subprocess.run(["callgrind_control", what, str(self.pid)], check=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout
