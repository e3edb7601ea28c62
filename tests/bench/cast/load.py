"""The other side, on a core of its own: load/main.js with the simulated Ideogram, the receiver of
callbacks and paced clients; and the load generators from outside."""

import json
import os
import subprocess
from pathlib import Path

from bench.figures.reports import read_redis_benchmark, read_wrk
from bench.machine import cores
from service.client import ask

HERE = Path(__file__).resolve().parents[1] / "load"
PINNED = ["taskset", "-c", str(cores.LOAD)]
LIMIT = 900


class Load:
    """`certificate` is its own authority's when the upstream speaks TLS, else empty."""

    def __init__(self, directory, secure=False):
        self.certificate = ""
        security = []
        if secure:
            key, self.certificate = f"{directory}/upstream.key", f"{directory}/upstream.pem"
            subprocess.run(
                ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                 "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=upstream",
                 "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key,
                 "-out", self.certificate], check=True, capture_output=True)
            security = [key, self.certificate]
        self.process = subprocess.Popen(
            [*PINNED, "node", HERE / "main.js", directory, *security],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        told = json.loads(self.process.stdout.readline())
        self.upstream, self.hook = told["upstream"], told["hook"]
        self.control = f"http://127.0.0.1:{told['control']}"

    def ask(self, verb, **wish):
        answer = ask(f"{self.control}/{verb}", "POST", wish, limit=LIMIT)
        if answer.status != 200:
            raise RuntimeError(f"{verb}: {answer}")
        return answer.json()

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


def all_well(told):
    """A figure of work that was not done is none."""
    if not told["count"] == told["accepted"] == told["ended_well"]:
        kept = {name: value for name, value in told.items() if name != "ids"}
        raise RuntimeError(f"not every task was accepted and ended well: {kept}")
    return told


def wrk(script, url, seconds, connections=64, tasks=""):
    """Its closed loop of 64 kept connections. Fails when a request did."""
    told = subprocess.run(
        [*PINNED, "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s",
         "--latency", "-s", HERE / script, url],
        env={**os.environ, "BENCH_TASKS": str(tasks)}, capture_output=True, text=True, check=True)
    return read_wrk(told.stdout)


def redis_benchmark(socket, count, pipeline, *command):
    """50 clients, each with `pipeline` commands on their way."""
    told = subprocess.run(
        [*PINNED, "redis-benchmark", "-s", socket, "-c", "50", "-P", str(pipeline),
         "-n", str(count), "-r", "10000000", "--csv", *command],
        capture_output=True, text=True, check=True)
    return read_redis_benchmark(told.stdout)
