"""The peers: Node services with the same two routes and less behind them. Their code is not part of
this project; "The peers" in README.md says what their folder has to hold."""

import os
import re
import subprocess
import time
from pathlib import Path

from bench.machine import cores
from service.processes import Redis

from .ports import free_port
from .server import Server, bare


class Absent(Exception):
    pass


# By the name in the tables: the programs, and where their tasks wait.
PEERS = {
    "fastify+BullMQ": ("a-api.js", "a-worker.js", ("LLEN", "bull:mj:wait")),
    "lean Node": ("b-api.js", "b-worker.js", ("LLEN", "q")),
}


def check(folder):
    """Absent when the peers cannot be started from there."""
    if folder is None:
        raise Absent("no --peers DIR and no IMAGINED_BENCH_PEERS")
    programs = [name for peer in PEERS.values() for name in peer[:2]]
    missing = [name for name in programs if not (Path(folder) / "peers" / name).is_file()]
    if missing:
        raise Absent(f"{folder} has no peers/{missing[0]}")
    if not (Path(folder) / "node_modules").is_dir():
        raise Absent(f"{folder} has no node_modules: run npm install there")


class Peer(Server):
    """With its own Redis, which fsyncs every second; `durable`: always, and the worker keeps each
    picture as durably. `under(name)` stands before the command of its Redis."""

    def __init__(self, name, folder, directory, load, works=True, concurrency=1000, durable=False,
                 under=bare):
        front, back, self.queue = PEERS[name]
        self.folder = folder
        port, redis_port = free_port(), free_port()
        store = Path(directory) / "redis"
        store.mkdir()
        with cores.on(cores.SERVER):
            self.redis = Redis(store, "--port", str(redis_port), "--bind", "127.0.0.1",
                               "--appendfsync", "always" if durable else "everysec",
                               "--maxclients", "12000", under=under("redis 0"))
        self.processes = []
        settings = {"PORT": port, "REDIS_PORT": redis_port, "CONCURRENCY": concurrency,
                    "BACKEND_URL": f"{load.upstream}/ideogram/generate"}
        if durable:
            pictures = Path(directory) / "pictures"
            pictures.mkdir()
            settings["STORE_DIR"] = pictures
        self.environment = {**os.environ, **{key: str(text) for key, text in settings.items()}}
        began = time.monotonic()
        try:
            self.start(front)
            if works:
                self.start(back)
        except BaseException:
            self.close()
            raise
        self.took = time.monotonic() - began
        self.url = f"http://127.0.0.1:{port}"

    def start(self, program):
        """Each says "up" once it is ready."""
        process = subprocess.Popen(
            ["taskset", "-c", str(cores.SERVER), "node", f"peers/{program}"], cwd=self.folder,
            env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        self.processes.append(process)
        if not re.match("up", process.stdout.readline()):
            raise RuntimeError(f"{program} does not start")

    @property
    def parts(self):
        return {"service": [process.pid for process in self.processes],
                "redis": [self.redis.process.pid]}

    @property
    def worker(self):
        return self.processes[-1].pid

    def close(self):
        for process in self.processes:
            process.kill()
            process.wait()
            process.stdout.close()
        self.redis.kill()
