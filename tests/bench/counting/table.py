"""Asks each subject for the work twice, as it is and under valgrind, and tells both as one table."""

import sys

from bench.cast.server import bare
from bench.cast.stage import IMAGINED
from bench.figures.table import markdown, number

from . import callgrind, redis_log, strace
from .stretch import a_request

COLUMNS = {
    "service instructions": "service instructions",
    "redis instructions": "Redis instructions",
    "redis commands": "Redis commands",
    "redis log bytes": "log bytes",
    "service flushes": "flushes: files",
    "redis flushes": "flushes: Redis",
    "service system calls": "system calls: service",
    "redis system calls": "system calls: Redis",
}
LEASE = 'lease = "24h"\n'  # under valgrind nobody is to be taken for dead


def sums(counts):
    """A service and its workers are several processes: `{"service 0 flushes": 2,
    "service 1 flushes": 1}` is `{"service flushes": 3}`."""
    added = {}
    for name, count in counts.items():
        part, _, what = name.split(" ", 2)
        added[f"{part} {what}"] = added.get(f"{part} {what}", 0) + count
    return added


def opened(stage, work, subject, under):
    if subject == IMAGINED:
        return stage.imagined(roles=("all",) if work.works else ("api",), images=work.images,
                              more=LEASE, under=under)
    return stage.peer(subject, works=work.works, durable=True, under=under)


def each_process(server):
    """`(name, pid)`, the name's first word that of its part."""
    return [(f"{part} {turn}", pid) for part, pids in server.parts.items()
            for turn, pid in enumerate(pids)]


def as_it_is(stage, work, subject):
    server, load, folder = opened(stage, work, subject, bare), stage.load(), stage.directory()
    load.ask("upstream", delay_ms=0, picture=work.picture)
    count = work.requests[0]
    work.ask(load, server, count)
    counters = {name: strace.Counter(pid, folder, name) for name, pid in each_process(server)}
    counters["redis log"] = redis_log.Counter(server.redis)
    return sums(a_request(counters, lambda: work.ask(load, server, count), count))


def under_valgrind(stage, work, subject):
    """Of the peers only Redis: Node compiles as it goes, and in the few requests that there is time
    for under valgrind it would mostly do that."""
    folder = stage.directory()
    server = opened(stage, work, subject, lambda name: callgrind.under(folder, name))
    load = stage.load()
    load.ask("upstream", delay_ms=0, picture=work.picture)
    count = work.requests[1]
    work.ask(load, server, count)
    counters = {f"{name} instructions": callgrind.Counter(pid, folder, name)
                for name, pid in each_process(server)
                if subject == IMAGINED or name.startswith("redis")}
    return sums(a_request(counters, lambda: work.ask(load, server, count), count))


def fill(stage, work, subjects):
    """Rows of cells, and whether none is missing."""
    rows, whole = [], True
    for subject in subjects:
        if work.images > 1 and subject != IMAGINED:
            continue  # the peers make no grids
        counts = {}
        for count in (as_it_is, under_valgrind):
            try:
                with stage.sample():
                    counts.update(count(stage, work, subject))
            except Exception as trouble:  # whatever it is, the others are still to be counted
                whole = False
                print(f"{work.title}: {subject}: {type(trouble).__name__}: {trouble}",
                      file=sys.stderr, flush=True)
        rows.append([subject, *(number(counts.get(name)) for name in COLUMNS)])
    return rows, whole


def tell(work, rows):
    return f"### Counts: {work.title}\n\n" + markdown(["", *COLUMNS.values()], rows)
