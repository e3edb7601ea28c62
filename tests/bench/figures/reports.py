"""What the load generators from outside print, as numbers."""

import csv
import io
import re

UNITS = {"us": 1e-3, "ms": 1.0, "s": 1e3, "m": 60e3, "h": 3600e3}


class NoFigure(Exception):
    """The report is not what the program prints when all went well."""


def milliseconds(text):
    """wrk's "1.52ms"."""
    match = re.fullmatch(r"([\d.]+)(us|ms|s|m|h)", text)
    if match is None:
        raise NoFigure(f"no duration: {text!r}")
    return float(match[1]) * UNITS[match[2]]


def read_wrk(text):
    """Of `wrk --latency`. A rate of which some requests were refused (400 and above) or broken is
    none."""
    def found(pattern, what):
        match = re.search(pattern, text, re.MULTILINE)
        if match is None:
            raise NoFigure(f"wrk told no {what}:\n{text}")
        return match

    failed = sum(int(count) for count in re.findall(r"Non-2xx or 3xx responses: (\d+)", text))
    broken = re.search(
        r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", text)
    if broken:
        failed += sum(map(int, broken.groups()))
    if failed > 0:
        raise NoFigure(f"{failed} requests failed:\n{text}")
    whole = found(r"^\s*(\d+) requests in ([\d.]+)(\w+), ([\d.]+)(\w+) read", "total")
    return {
        "rate": float(found(r"^Requests/sec:\s+([\d.]+)", "rate")[1]),
        "p50_ms": milliseconds(found(r"^\s+50%\s+(\S+)", "median")[1]),
        "p99_ms": milliseconds(found(r"^\s+99%\s+(\S+)", "99th percentile")[1]),
        "requests": int(whole[1]),
    }


def read_redis_benchmark(text):
    """Of `redis-benchmark --csv` with one test."""
    rows = list(csv.DictReader(io.StringIO(text[text.find('"test"'):])))
    if len(rows) != 1 or "rps" not in rows[0]:
        raise NoFigure(f"redis-benchmark told no rate:\n{text}")
    row = rows[0]
    return {"rate": float(row["rps"]), "p50_ms": float(row["p50_latency_ms"]),
            "p99_ms": float(row["p99_latency_ms"])}
