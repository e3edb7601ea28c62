"""What a server adds to the upstream's own time when it is not busy: ten tasks a second, from the
submit's first byte to the arrival of the last callback, less the time that the upstream held the
call. imagined downloads, stores and fsyncs a picture in that time."""

from bench.cast.load import all_well
from bench.figures.bar import Bar
from bench.machine.meter import Meter

from .scenario import BULLMQ, IMAGINED, LEAN, cost

TITLE = "Overhead beyond D = 200 ms at 10 tasks/s"
SUBJECTS = [IMAGINED, BULLMQ, LEAN]
FIGURES = {"p50_ms": "p50 ms", "p99_ms": "p99 ms", "service": "service CPU ms a task",
           "redis": "Redis CPU ms a task"}
BARS = [
    Bar("p50_ms", IMAGINED, most=3),
    Bar("p99_ms", IMAGINED, most=10),
]


def measure(stage, subject):
    server, load = stage.server(subject), stage.load()
    load.ask("upstream", delay_ms=0)
    all_well(load.ask("burst", target=server.url, count=stage.pick(1000, 300)))
    load.ask("upstream", delay_ms=200)
    count = stage.pick(200, 40)
    with Meter(server.parts) as meter:
        told = all_well(load.ask("burst", target=server.url, count=count, per_second=10))
    return {**cost(meter, count, scale=1e3),
            "p50_ms": told["overhead_p50_ms"], "p99_ms": told["overhead_p99_ms"]}
