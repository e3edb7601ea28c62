"""CPU seconds of each part of the measured side over a stretch of time, and what disturbed it."""

import os
import time

from . import cores, proc

FOREIGN_LIMIT = 0.15  # cores
SPEED_LIMIT = 0.10    # share by which the fixed loop may differ between runs


class Meter:
    """`with Meter({"service": [pid], "redis": [pid]}) as meter:`; afterwards `cpu` by part,
    `seconds`, and `noise` for the sample."""

    def __init__(self, parts):
        self.parts = parts
        self.cpu = {}
        self.seconds = 0.0
        self.noise = {}

    def __enter__(self):
        self.loop = cores.loop_ms()
        self.before = self.look()
        return self

    def __exit__(self, *trouble):
        now = self.look()
        self.seconds = now["at"] - self.before["at"]
        self.cpu = {part: now["cpu"][part] - self.before["cpu"][part] for part in self.parts}
        passed = {what: now[what] - self.before[what] for what in ("busy", "stolen", "ours")}
        self.noise = {"foreign": (passed["busy"] - passed["ours"]) / self.seconds,
                      "stolen": passed["stolen"] / self.seconds, "loop_ms": self.loop}

    def look(self):
        stats, machine = proc.all_processes(), proc.cpu_stat()

        def seconds(pids):
            return sum(stats[pid].seconds for pid in pids)

        own = proc.shares(stats, self.parts)
        ours = proc.family(stats, [os.getpid()])
        return {"at": time.monotonic(), "busy": machine.busy, "stolen": machine.stolen,
                "ours": seconds(ours), "cpu": {part: seconds(pids) for part, pids in own.items()}}


def noise_of(noises):
    """In words, what disturbed these runs; empty when nothing did."""
    words = []
    for what in ("foreign", "stolen"):
        over = [noise[what] for noise in noises if noise[what] > FOREIGN_LIMIT]
        if over:
            words.append(f"{what} {max(over):.2f} cores in {len(over)} of {len(noises)}")
    loops = [noise["loop_ms"] for noise in noises]
    if loops and max(loops) > (1 + SPEED_LIMIT) * min(loops):
        words.append(f"speed {100 * (max(loops) / min(loops) - 1):.0f} % apart")
    return "; ".join(words)
