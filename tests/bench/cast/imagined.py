"""imagined as an operator runs it: a Redis that fsyncs always, one process or an API and a worker,
and the simulated Ideogram as its backend."""

import time
from pathlib import Path

from bench.machine import cores, proc
from service.processes import BINARY, Imagined, Process, Redis

from .server import Server, bare

LISTEN = "--server.listen=127.0.0.1:0"


class Pinned(Imagined):
    def __init__(self, *arguments, directory, under=()):
        # taskset becomes the program, as what it may run under does: the pid is imagined's.
        Process.__init__(
            self, ["taskset", "-c", str(cores.SERVER), *under, BINARY, *arguments], directory)
        self.url = None


def configuration(directory, load, redis_url="", concurrency=1000, images=1, more=""):
    """Legacy generate with JSON, as the peers ask for it."""
    ca_file = f'ca_file = "{load.certificate}"\n' if load.certificate else ""
    hook = load.hook.split("/")[2]
    text = (
        f'[data]\ndir = "{directory}/data"\n[redis]\nurl = "{redis_url}"\n'
        f'[imagine]\nimages = {images}\ndefault_model = "V_2"\n'
        f'[callback]\nallow = ["{hook}"]\n'
        f'[worker]\nconcurrency = {concurrency}\nqueue_limit = 5000000\ntask_timeout = "7d"\n{more}'
        f'[[backend]]\nname = "upstream"\ndialect = "camel"\nbase_url = "{load.upstream}"\n'
        f'keys = ["k"]\nconcurrency = {concurrency}\n{ca_file}')
    file = Path(directory) / "imagined.toml"
    file.write_text(text)
    return f"--config={file}"


class Service(Server):
    """With a given Redis; `roles` are its processes, of which the first takes the requests;
    `under(name)` what stands before the command of each process."""

    queue = ("ZCARD", "imagined:{0}:waiting")

    def __init__(self, directory, load, roles=("all",), under=bare, **settings):
        folder = Path(directory) / "redis"
        folder.mkdir()
        with cores.on(cores.SERVER):
            self.redis = Redis(folder, "--maxclients", "12000", under=under("redis 0"))
        self.processes = []
        try:
            config = configuration(directory, load, self.redis.url, **settings)
            for turn, role in enumerate(roles):
                process = Pinned("serve", f"--role={role}", config, LISTEN, directory=directory,
                                 under=under(f"service {turn}"))
                self.processes.append(process)
                process.wait_ready()
        except BaseException:
            self.close()
            raise
        self.url = self.processes[0].url

    @property
    def parts(self):
        return {"service": [process.child.pid for process in self.processes],
                "redis": [self.redis.process.pid]}

    @property
    def worker(self):
        return self.processes[-1].child.pid

    def close(self):
        for process in self.processes:
            process.kill()
        self.redis.kill()


class Embedded(Server):
    """One process with a Redis of its own, as after the quickstart."""

    def __init__(self, directory, load):
        config, began = configuration(directory, load), time.monotonic()
        self.process = Pinned("serve", config, LISTEN, directory=directory)
        self.process.wait_ready()
        self.took = time.monotonic() - began
        self.url = self.process.url

    @property
    def parts(self):
        pid = self.process.child.pid
        return {"service": [pid], "redis": sorted(proc.children_of(pid))}

    def close(self):
        self.process.stop()  # its Redis leaves with it
