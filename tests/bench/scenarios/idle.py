"""A server that nobody asks for anything: its memory and how often it wakes up, Redis apart."""

import time

from bench.cast.stage import IMAGINED
from bench.figures.bar import Bar
from bench.machine.meter import Meter

from .scenario import BULLMQ, LEAN, cost

TITLE = "Idle"
SUBJECTS = [IMAGINED, BULLMQ, LEAN]
FIGURES = {"resident_mb": "RSS MB", "wake_ups": "wake-ups a second",
           "service": "service CPU ms a second", "redis": "Redis CPU ms a second"}
BARS = [
    Bar("resident_mb", IMAGINED, most=16),
    # A timer of a second or more each: one wake-up a second for each duty of the worker at most.
    Bar("wake_ups", IMAGINED, most=10),
]

SETTLE = 2  # seconds


def measure(stage, subject):
    server = stage.embedded() if subject == IMAGINED else stage.server(subject)
    time.sleep(SETTLE)
    before, seconds = server.wake_ups(), stage.pick(20, 4)
    with Meter(server.parts) as meter:
        time.sleep(seconds)
    return {**cost(meter, meter.seconds, scale=1e3), "resident_mb": server.resident_kb() / 1024,
            "wake_ups": (server.wake_ups() - before) / meter.seconds}
