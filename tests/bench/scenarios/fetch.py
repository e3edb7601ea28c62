"""Fetches of finished tasks as fast as 64 connections go: whole answers, answers that say nothing
has changed, and nginx with an answer of the same length out of its configuration."""

from bench.cast.load import all_well, wrk
from bench.figures.bar import Bar
from bench.machine.meter import Meter
from service.client import ask

from .scenario import BULLMQ, IMAGINED, LEAN, cost

UNCHANGED = "imagined, 304"
STATIC = "nginx, static"

TITLE = "Fetch of a finished task, 64 connections"
SUBJECTS = [IMAGINED, UNCHANGED, BULLMQ, LEAN, STATIC]
FIGURES = {"rate": "requests/s", "cpu": "server CPU µs", "service": "service µs",
           "redis": "Redis µs", "p50_ms": "p50 ms", "p99_ms": "p99 ms", "bytes": "body bytes"}
BARS = [
    Bar("rate", IMAGINED, least=4, to=BULLMQ),
    Bar("cpu", IMAGINED, most=2, to=STATIC),
    Bar("cpu", UNCHANGED, most=1, to=IMAGINED),
]


def measure(stage, subject):
    tasks = f"{stage.directory()}/tasks"
    if subject == STATIC:
        server, lines = stage.nginx(stage.known.get("task", "x" * 2000)), ["0"]
        size = len(ask(server.url).body)
    else:
        server = stage.server(IMAGINED if subject == UNCHANGED else subject)
        load = stage.load()
        load.ask("upstream", delay_ms=0)
        lines = all_well(load.ask("burst", target=server.url, count=stage.pick(2000, 200)))["ids"]
        answer = ask(address(server, lines[0]))
        assert answer.json()["status"] == "SUCCESS", answer
        size = len(answer.body)
        if subject == IMAGINED:
            stage.known["task"] = answer.body.decode()
        if subject == UNCHANGED:
            lines, size = [f"{task} {etag(server, task)}" for task in lines], 0
            task, tag = lines[0].split(" ", 1)
            again = ask(address(server, task), headers={"If-None-Match": tag})
            assert again.status == 304, again
    with open(tasks, "w", encoding="ascii") as file:
        file.write("\n".join(lines) + "\n")
    wrk("fetch.lua", server.url, stage.pick(2, 1), tasks=tasks)
    with Meter(server.parts) as meter:
        report = wrk("fetch.lua", server.url, stage.pick(5, 2), tasks=tasks)
    return {**report, **cost(meter, report["requests"]), "bytes": size}


def address(server, task):
    return f"{server.url}/mj/task/{task}/fetch"


def etag(server, task):
    return ask(address(server, task)).headers["ETag"]
