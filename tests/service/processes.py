"""Processes of a test: the program under test, its sandbox, a Redis. Each is ended by its pid."""

import os
import re
import signal
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path

BINARY = os.path.abspath(os.environ.get(
    "IMAGINED_BINARY", Path(__file__).resolve().parents[2] / "build" / "imagined"))

# Generous: a sanitised build on a busy machine is slow, and waiting costs nothing when it is not.
READY_LIMIT = 60
STOP_LIMIT = 60


def clean_environment(**more):
    """This process's environment without settings of the program under test."""
    kept = {name: text for name, text in os.environ.items()
            if not name.startswith("IMAGINED_") and name != "IDEOGRAM_API_KEY"}
    kept.update(more)
    return kept


def wait_until(condition, what, limit=READY_LIMIT):
    """The first true value of `condition()`; fails after `limit` seconds."""
    end = time.monotonic() + limit
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {limit} s")
        time.sleep(0.03)


class Process:
    """A running program whose standard error is collected line by line."""

    def __init__(self, command, directory, environment=None, **more):
        self.lines = []
        self._changed = threading.Condition()
        self._ended = False
        self.child = subprocess.Popen(
            command, cwd=directory, env=environment or clean_environment(),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            text=True, errors="replace", **more)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self.child.stderr:
            with self._changed:
                self.lines.append(line.rstrip("\n"))
                self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    @property
    def log(self):
        with self._changed:
            return "\n".join(self.lines)

    def wait_for_line(self, pattern, limit=READY_LIMIT):
        """The first match of `pattern` in the log; fails at once when the process ends."""
        wanted = re.compile(pattern)

        def found():
            return next((m for m in map(wanted.search, self.lines) if m), None)

        with self._changed:
            self._changed.wait_for(lambda: found() or self._ended, limit)
            match = found()
        if match is None:
            raise AssertionError(f"no line with {pattern!r} in:\n{self.log}")
        return match

    def signal(self, number):
        self.child.send_signal(number)

    def wait(self, limit=STOP_LIMIT):
        code = self.child.wait(limit)
        self._reader.join(limit)
        self.child.stderr.close()
        return code

    def stop(self):
        """Asks politely; returns the exit code."""
        if self.child.poll() is None:
            self.signal(signal.SIGTERM)
        return self.wait()

    def kill(self):
        """Ends it with no chance to say good-bye."""
        if self.child.poll() is None:
            self.child.kill()
        if not self.child.stderr.closed:
            self.wait()


class Imagined(Process):
    """`imagined serve` or `imagined sandbox`, ready to be asked."""

    READY = r"\bready\b.*?(https?://[^\s\",]+)"

    def __init__(self, *arguments, directory, environment=None, **more):
        super().__init__([BINARY, *arguments], directory, environment, **more)
        self.url = None

    def wait_ready(self):
        self.url = self.wait_for_line(self.READY).group(1)
        return self


def run_imagined(*arguments, directory, environment=None, limit=60):
    """Runs a command to its end: exit code, standard output, standard error."""
    return subprocess.run(
        [BINARY, *arguments], cwd=directory, env=environment or clean_environment(),
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=limit, check=False)


class Redis:
    """A redis-server of our own on a Unix socket, as an operator would give one."""

    def __init__(self, directory, *more, under=()):
        self.directory = directory
        self.under = under  # what stands before its command
        self.path = Path(directory) / "given.sock"
        self.url = f"unix://{self.path}"
        self.start(*more)
        wait_until(self.answers, "redis-server")

    def start(self, *more):
        """Starts it (again, on the same data); it may still have to load them."""
        self.process = subprocess.Popen(
            [*self.under, "redis-server", "--port", "0", "--unixsocket", str(self.path),
             "--dir", str(self.directory),
             "--save", "", "--appendonly", "yes", "--appendfsync", "always", *more],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def kill(self):
        self.process.kill()
        self.process.wait(STOP_LIMIT)

    def answers(self):
        try:
            return self.command("PING").startswith(b"+PONG")
        except OSError:
            return False

    def command(self, *words):
        """The raw reply to one command."""
        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(5)
            link.connect(str(self.path))
            link.sendall(self._encoded(words))
            return link.recv(65536)

    def ask(self, *words):
        """The reply to one command as Python has it: bytes, int, list or None."""
        def read(reply):
            line = reply.readline()[:-2]
            kind, text = line[:1], line[1:]
            if kind == b"*":
                return [read(reply) for _ in range(int(text))]
            if kind == b"$":
                return None if text == b"-1" else reply.read(int(text) + 2)[:-2]
            if kind == b"-":
                raise OSError(text.decode())
            return int(text) if kind == b":" else text

        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(5)
            link.connect(str(self.path))
            link.sendall(self._encoded(words))
            with link.makefile("rb") as reply:
                return read(reply)

    @staticmethod
    def _encoded(words):
        request = b"*%d\r\n" % len(words)
        for word in words:
            request += b"$%d\r\n%s\r\n" % (len(word.encode()), word.encode())
        return request

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(STOP_LIMIT)


def short_directory():
    """A temporary directory whose path leaves room for a socket's name (107 bytes in all)."""
    # A redis-server whose parent was killed may still be writing its last when the test is over.
    return tempfile.TemporaryDirectory(prefix="img-", dir="/tmp", ignore_cleanup_errors=True)
