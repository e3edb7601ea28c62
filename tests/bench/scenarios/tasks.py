"""10,000 tasks end to end: submitted over 64 connections, called upstream for 200 ms with 1,000 in
flight, called back. imagined also downloads and stores one small picture of each."""

from bench.cast.load import all_well
from bench.figures.bar import Bar
from bench.machine.meter import Meter
from service.client import ask

from .scenario import BULLMQ, IMAGINED, LEAN, cost

TITLE = "Tasks end to end, D = 200 ms, 1,000 in flight"
SUBJECTS = [IMAGINED, BULLMQ, LEAN]
FIGURES = {"service": "service CPU s a 10,000", "redis": "Redis CPU s a 10,000", "rate": "tasks/s",
           "most_in_flight": "most in flight", "downloads": "pictures"}
BARS = [
    Bar("service", IMAGINED, most=0.5, to=BULLMQ),
    Bar("redis", IMAGINED, most=1, to=BULLMQ),
]


def measure(stage, subject):
    server, load = stage.server(subject), stage.load()
    count = stage.pick(10_000, 2_000)
    load.ask("upstream", delay_ms=0)
    all_well(load.ask("burst", target=server.url, count=stage.pick(1000, 300)))
    load.ask("upstream", delay_ms=200)
    with Meter(server.parts) as meter:
        told = all_well(load.ask("burst", target=server.url, count=count))
    seen = load.ask("seen")
    if subject == IMAGINED:
        picture = ask(f"{server.url}/mj/image/{told['ids'][-1]}")
        assert picture.status == 200 and seen["downloads"] == count, (picture, seen)
    return {**cost(meter, count, scale=1e4), "rate": count / told["seconds"],
            "most_in_flight": seen["most_in_flight"], "downloads": seen["downloads"]}
