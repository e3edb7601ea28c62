"""A million waiting tasks with prompts of 500 bytes: what Redis holds for each, and whether a
submit costs more with them there."""

import time

from bench.cast.load import wrk
from bench.figures.bar import Bar
from bench.machine.meter import Meter

from .scenario import BULLMQ, IMAGINED, cost

TITLE = "Waiting tasks"
SUBJECTS = [IMAGINED, BULLMQ]
FIGURES = {"tasks": "waiting", "each_kb": "KB of Redis each", "rate_at_0": "submits/s at 0",
           "rate": "submits/s there", "kept": "rate kept", "cpu": "server CPU µs there",
           "p99_ms": "p99 ms there"}
BARS = [
    Bar("each_kb", IMAGINED, most=1.2),
    Bar("kept", IMAGINED, least=0.9),
]

REWRITE_LIMIT = 120


def measure(stage, subject):
    server = stage.server(subject, works=False)
    level, seconds = stage.pick(1_000_000, 40_000), stage.pick(4, 1)
    wrk("submit.lua", server.url, 1)
    server.redis.ask("FLUSHALL")
    empty = server.redis_bytes()
    with Meter(server.parts) as early:
        first = wrk("submit.lua", server.url, seconds)
    while (tasks := server.waiting()) < level:
        wrk("submit.lua", server.url, min(10, 1 + (level - tasks) // int(first["rate"])))
    wait_for_rewrite(server)
    each_kb = (server.redis_bytes() - empty) / tasks / 1000
    with Meter(server.parts) as late:
        there = wrk("submit.lua", server.url, seconds)
    told = cost(late, there["requests"])
    return {**there, **told, "tasks": tasks, "each_kb": each_kb, "rate_at_0": first["rate"],
            "kept": there["rate"] / first["rate"], "noise": [early.noise, late.noise]}


def wait_for_rewrite(server):
    """The log is written anew when it has doubled, at whatever number that is."""
    end = time.monotonic() + REWRITE_LIMIT
    while server.rewrites_its_log():
        if time.monotonic() > end:
            raise RuntimeError("Redis does not come to an end with its log")
        time.sleep(0.2)
