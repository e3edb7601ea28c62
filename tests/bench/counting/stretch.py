"""How much a stretch of work takes: what counters counted, less what they count while nobody asks
anything, for timers tick by the clock and not by the work."""

import time
from dataclasses import dataclass

SETTLES_WITHIN = 1.0  # seconds from the last answer to the last that is done about it
IDLE = 3.0            # seconds


@dataclass(frozen=True)
class Stretch:
    counts: dict
    seconds: float


def less_idle(worked, idle, requests):
    """By name, for each request."""
    return {name: max(0.0, count - idle.counts[name] * worked.seconds / idle.seconds) / requests
            for name, count in worked.counts.items()}


def count(counters, work):
    """`counters` by name; each tells a number, or several by names of their own."""
    began = time.monotonic()
    for counter in counters.values():
        counter.start()
    work()
    time.sleep(SETTLES_WITHIN)
    counts = {}
    for name, counter in counters.items():
        told = counter.stop()
        counts.update({f"{name} {what}": number for what, number in told.items()}
                      if isinstance(told, dict) else {name: told})
    return Stretch(counts, time.monotonic() - began)


def a_request(counters, work, requests):
    """What each of the `requests` that are answered by `work()` takes."""
    worked = count(counters, work)
    return less_idle(worked, count(counters, lambda: time.sleep(IDLE)), requests)
