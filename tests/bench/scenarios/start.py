"""From the command to the line `ready`: imagined with its own Redis in an empty data.dir; the
peers' two processes, whose Redis is there already."""

from bench.figures.bar import Bar
from bench.machine.meter import Meter

from .scenario import BULLMQ, IMAGINED, LEAN

TITLE = "Start"
SUBJECTS = [IMAGINED, BULLMQ, LEAN]
FIGURES = {"ready_ms": "ready in ms"}
BARS = [Bar("ready_ms", IMAGINED, most=150)]


def measure(stage, subject):
    stage.load()
    with Meter({}) as meter:
        server = stage.embedded() if subject == IMAGINED else stage.server(subject)
    return {"ready_ms": 1e3 * server.took, "noise": [meter.noise]}
