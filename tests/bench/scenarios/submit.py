"""Submits as fast as 64 connections go, with nobody working on them; imagined's Redis fsyncs
always, the peers' every second. The limit is a script on a bare Redis that writes a hash and a
list."""

from bench.cast.load import redis_benchmark, wrk
from bench.figures.bar import Bar
from bench.machine import cores
from bench.machine.meter import Meter
from service.processes import Redis

from .scenario import BULLMQ, IMAGINED, LEAN, cost

LIMITS = {"Redis script, fsync always": "always", "Redis script, everysec": "everysec"}

TITLE = "Submit, 64 connections"
SUBJECTS = [IMAGINED, BULLMQ, LEAN, *LIMITS]
FIGURES = {"rate": "requests/s", "cpu": "server CPU µs", "service": "service µs",
           "redis": "Redis µs", "p50_ms": "p50 ms", "p99_ms": "p99 ms"}
BARS = [
    Bar("rate", IMAGINED, least=3, to=BULLMQ),
    Bar("rate", IMAGINED, least=1.7, to=LEAN),
    Bar("cpu", IMAGINED, most=16),
    Bar("p99_ms", IMAGINED, most=1, to=BULLMQ),
    Bar("p99_ms", IMAGINED, most=1, to=LEAN),
]

PROMPT = "x" * 500
SCRIPT = ("redis.call('HSET',KEYS[1],'p',ARGV[1],'s','queued') "
          "redis.call('LPUSH',KEYS[2],KEYS[1]) return 1")


def measure(stage, subject):
    if subject in LIMITS:
        return limit(stage, LIMITS[subject])
    server = stage.server(subject, works=False)
    wrk("submit.lua", server.url, stage.pick(2, 1))
    before = server.waiting()
    with Meter(server.parts) as meter:
        report = wrk("submit.lua", server.url, stage.pick(6, 2))
    stored = server.waiting() - before
    if stored < report["requests"]:
        raise RuntimeError(f"{subject}: {report['requests']} submits, but {stored} tasks")
    return {**report, **cost(meter, report["requests"])}


def limit(stage, fsync):
    with cores.on(cores.SERVER):
        redis = Redis(stage.directory(), "--appendfsync", fsync)
    try:
        count = stage.pick(400_000, 100_000)
        known = redis.ask("SCRIPT", "LOAD", SCRIPT).decode()
        with Meter({"service": [], "redis": [redis.process.pid]}) as meter:
            report = redis_benchmark(redis.path, count, 16, "evalsha", known, "2",
                                     "t:__rand_int__", "queue", PROMPT)
    finally:
        redis.kill()
    return {**report, **cost(meter, count)}
