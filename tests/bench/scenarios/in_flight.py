"""Memory of a worker that holds 10,000 calls, and how fast it starts them: the tasks pile up while
it is stopped by SIGSTOP, then it goes on."""

import os
import signal
import time

from bench.cast.load import all_well
from bench.figures.bar import Bar
from bench.machine import proc
from bench.machine.meter import Meter
from service.processes import wait_until

from .scenario import BULLMQ, IMAGINED, LEAN

SECURE = "imagined, TLS"

TITLE = "Calls in flight"
SUBJECTS = [IMAGINED, SECURE, BULLMQ, LEAN]
FIGURES = {"held": "held", "each_kb": "KB a call", "idle_mb": "worker idle MB",
           "held_mb": "worker holding MB", "start_s": "all started in s",
           "start_us": "worker CPU µs a start"}
BARS = [
    Bar("each_kb", IMAGINED, most=6),
    Bar("each_kb", SECURE, most=30),
    Bar("start_s", IMAGINED, most=1),
]

HOLD_MS = 170_000  # longer than a sample: every process is killed before a call ends


def measure(stage, subject):
    count = stage.pick(10_000, 1_000)
    secure = subject == SECURE
    load = stage.load(secure)
    if secure or subject == IMAGINED:
        server = stage.imagined(secure, roles=("api", "worker"), concurrency=count)
    else:
        server = stage.server(subject, concurrency=count)
    load.ask("upstream", delay_ms=0)
    all_well(load.ask("burst", target=server.url, count=300))
    load.ask("upstream", delay_ms=HOLD_MS)
    idle_kb = proc.resident_kb(server.worker)
    os.kill(server.worker, signal.SIGSTOP)
    told = load.ask("burst", target=server.url, count=count, hooked=False)
    assert told["accepted"] == count, told
    with Meter({"worker": [server.worker]}) as meter:
        began = time.time()
        os.kill(server.worker, signal.SIGCONT)
        wait_until(lambda: load.ask("seen")["in_flight"] >= count, "all calls", limit=150)
    started = load.ask("seen")["last_call_at"] / 1000 - began
    time.sleep(1)
    held_kb = proc.resident_kb(server.worker)
    return {"held": load.ask("seen")["in_flight"], "each_kb": 1.024 * (held_kb - idle_kb) / count,
            "idle_mb": idle_kb / 1024, "held_mb": held_kb / 1024, "start_s": started,
            "start_us": 1e6 * meter.cpu["worker"] / count, "noise": [meter.noise]}
