"""System calls of a process that runs, by name."""

import signal
import subprocess

FLUSHES = ("fsync", "fdatasync", "sync_file_range", "sync", "syncfs", "msync")


def read_summary(text):
    """Of `strace -c`: calls by name."""
    calls = {}
    for line in text.splitlines():
        words = line.split()
        # % time, seconds, usecs/call, calls, perhaps errors, name; and a last line of totals
        if len(words) in (5, 6) and words[3].isdigit() and words[-1] != "total":
            calls[words[-1]] = int(words[3])
    return calls


class Counter:
    """All threads of one process, from start() to stop()."""

    def __init__(self, pid, directory, name):
        self.pid = pid
        self.file = f"{directory}/{name}.strace"
        self.tracer = None

    def start(self):
        self.tracer = subprocess.Popen(
            ["strace", "-f", "-c", "-o", self.file, "-p", str(self.pid)],
            stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        said = self.tracer.stderr.readline()
        if "attached" not in said:
            self.stop()
            raise RuntimeError(f"strace cannot attach to process {self.pid}: {said.strip()}")

    def stop(self):
        """How many since start(): {"system calls": …, "flushes": …}."""
        self.tracer.send_signal(signal.SIGINT)
        self.tracer.wait()
        self.tracer.stderr.close()
        with open(self.file, encoding="utf-8") as summary:
            calls = read_summary(summary.read())
        return {"system calls": sum(calls.values()),
                "flushes": sum(calls.get(name, 0) for name in FLUSHES)}
