"""Processes and the processor as /proc shows them: the texts read, pure; and where they stand."""

import os
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PROC = Path("/proc")


@dataclass(frozen=True)
class ProcessStat:
    parent: int
    seconds: float  # of CPU, with what its reaped children took


@dataclass(frozen=True)
class CpuStat:
    busy: float    # CPU seconds of all cores, by whomever
    stolen: float  # that the hypervisor gave to others


def read_process_stat(text):
    """Of /proc/PID/stat. The name may hold spaces and brackets."""
    words = text[text.rindex(")") + 2:].split()
    return ProcessStat(int(words[1]), sum(map(int, words[11:15])) / TICKS)


def read_cpu_stat(text):
    """Of /proc/stat. Interrupts count: the kernel's work for a socket is done in them."""
    user, nice, system, _, _, hard, soft, stolen = map(
        int, text.splitlines()[0].split()[1:9])
    return CpuStat((user + nice + system + hard + soft) / TICKS, stolen / TICKS)


def read_field(text, name):
    """The number behind `name:` in /proc/PID/status."""
    line = next(line for line in text.splitlines() if line.startswith(name + ":"))
    return int(line.split()[1])


def family(stats, roots):
    """The pids of `roots` and of all who descend from them; `stats` are all processes by pid."""
    children = {}
    for pid, stat in stats.items():
        children.setdefault(stat.parent, []).append(pid)
    found, open_ = set(), [pid for pid in roots if pid in stats]
    while open_:
        pid = open_.pop()
        found.add(pid)
        open_ += children.get(pid, [])
    return found


def shares(stats, parts):
    """The pids that each of `parts` (its roots by name) answers for: descendants count with their
    ancestors, except those that are a part themselves, as the Redis that is a service's child."""
    families = {part: family(stats, roots) for part, roots in parts.items()}
    return {part: pids.difference(*(inner for inner in families.values() if inner < pids))
            for part, pids in families.items()}


def all_processes():
    stats = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            try:
                stats[int(entry.name)] = read_process_stat((entry / "stat").read_text())
            except (FileNotFoundError, ProcessLookupError):
                pass  # it has just ended
    return stats


def cpu_stat():
    return read_cpu_stat((PROC / "stat").read_text())


def resident_kb(pid):
    return read_field((PROC / str(pid) / "status").read_text(), "VmRSS")


def wake_ups(pid):
    """How often its threads went to sleep, which is how often they were woken."""
    return sum(read_field((task / "status").read_text(), "voluntary_ctxt_switches")
               for task in (PROC / str(pid) / "task").iterdir())


def children_of(pid):
    return family(all_processes(), [pid]) - {pid}
