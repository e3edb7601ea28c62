"""Who runs where: the measured side on one core, like one small box, and the load on the other."""

import contextlib
import os
import time

SERVER = 0
LOAD = 1
LOOP = 1_000_000


@contextlib.contextmanager
def on(core):
    """What is started inside stays on `core`, and so do its threads and children."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def loop_ms():
    """How long fixed work takes on the server's core now: virtual machines change speed."""
    with on(SERVER):
        began = time.perf_counter()
        for _ in range(LOOP):
            pass
        return 1e3 * (time.perf_counter() - began)
