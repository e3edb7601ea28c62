"""A real imagine: four PNG of 1024 pixels a side, like photographs, become a JPEG grid, and all
five are stored. What it takes, and what those who fetch notice while two are built at a time."""

import threading

from bench.cast.load import all_well
from bench.figures.bar import Bar
from bench.machine.meter import Meter

from .scenario import IMAGINED, cost

TITLE = "A real imagine"
SUBJECTS = [IMAGINED]
FIGURES = {"service": "service CPU ms an imagine", "alone_ms": "fetch p99 ms alone",
           "built_ms": "fetch p99 ms while two are built", "added_ms": "added ms",
           "built": "imagines meanwhile"}
BARS = [
    Bar("service", IMAGINED, most=110),
    Bar("added_ms", IMAGINED, most=5),
]

FETCHES = 100  # a second


def measure(stage, subject):
    server, load = stage.imagined(images=4), stage.load()
    load.ask("upstream", delay_ms=0, picture="large")
    ids = all_well(load.ask("burst", target=server.url, count=2))["ids"]
    count, seconds = stage.pick(20, 4), stage.pick(10, 3)
    with Meter(server.parts) as making:
        all_well(load.ask("burst", target=server.url, count=count, connections=2))

    def fetch():
        told = load.ask("fetch", target=server.url, path=f"/mj/task/{ids[0]}/fetch",
                        per_second=FETCHES, seconds=seconds)
        assert told["failed"] == 0, told
        return told["p99_ms"]

    alone, kept = fetch(), {}
    keeper = threading.Thread(target=lambda: kept.update(
        load.ask("keep", target=server.url, in_flight=2, seconds=seconds)))
    keeper.start()
    with Meter(server.parts) as fetching:
        built = fetch()
    keeper.join()
    assert kept["refused"] == 0 and kept["ended_well"] == kept["sent"] > 0, kept
    return {**cost(making, count, scale=1e3), "alone_ms": alone, "built_ms": built,
            "added_ms": built - alone, "built": kept["sent"],
            "noise": [making.noise, fetching.noise]}
