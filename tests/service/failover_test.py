"""A master and its replica behind HAProxy, as deploy/haproxy has it: the master is killed under
load, its replica promoted, and the old one comes back and takes itself for the master."""

import re
import socket
import subprocess
import threading
import time
from pathlib import Path

from .client import ask
from .processes import Redis, wait_until
from .scene import Scene, backend

RECIPE = Path(__file__).resolve().parents[2] / "deploy/haproxy/redis.cfg"
GAP = 30  # seconds: from a promotion to the next task that is accepted


def free_port():
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return held.getsockname()[1]


class Load:
    """Clients that submit, each again and again, and repeat what was refused under the same key."""

    CLIENTS = 4

    def __init__(self, api):
        self.api = api
        self.accepted = []
        self.odd = []
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(n,)) for n in range(self.CLIENTS)]
        for thread in self._threads:
            thread.start()

    def _run(self, client):
        turn = 0
        while not self._over.is_set():
            turn += 1
            name = f"fox {client}-{turn}"
            while not self._over.is_set():
                answer = self.api.ask("/mj/submit/imagine", "POST", {"prompt": name},
                                      {"Idempotency-Key": name})
                if answer.status == 200 and answer.json()["code"] in (1, 22):
                    self.accepted.append(answer.json()["result"])
                    break
                if answer.status != 503:
                    self.odd.append(answer)
                self._over.wait(0.05)
            self._over.wait(0.02)

    def wait_for(self, more):
        target = len(self.accepted) + more
        wait_until(lambda: len(self.accepted) >= target, f"{more} more tasks", limit=GAP)

    def stop(self):
        self._over.set()
        for thread in self._threads:
            thread.join()


class Failover(Scene):
    def server(self, name, *more):
        """One of the servers of the recipe, on a port of its own."""
        directory = self.directory / name
        directory.mkdir(exist_ok=True)
        redis = Redis(directory, "--port", str(self.ports[name]), "--bind", "127.0.0.1",
                      "--min-replicas-to-write", "1", *more)
        self.addCleanup(redis.stop)
        return redis

    def setUp(self):
        super().setUp()
        self.ports = {"one": free_port(), "two": free_port(), "front": free_port()}
        self.one = self.server("one")
        self.two = self.server("two", "--replicaof", "127.0.0.1", str(self.ports["one"]))
        wait_until(lambda: self.said(self.one, "min_slaves_good_slaves") == "1", "the replica")
        self.images = self.sandbox("--delay=200ms")

    def balance(self, text):
        file = self.directory / "haproxy.cfg"
        file.write_text(text)
        process = subprocess.Popen(["/usr/sbin/haproxy", "-db", "-f", str(file)],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return self.serve(config=f'[redis]\nurl = "redis://127.0.0.1:{self.ports["front"]}/0"\n'
                          + '[worker]\nlease = "2s"\n' + backend(self.images, concurrency=20))

    @staticmethod
    def said(redis, name):
        found = re.search(rf"^{name}:(.*?)\r", redis.ask("INFO", "replication").decode(), re.M)
        return found and found.group(1)

    def recipe(self):
        text = RECIPE.read_text().replace("127.0.0.1:6380", f"127.0.0.1:{self.ports['front']}")
        for number, name in ((1, "one"), (2, "two")):
            text = text.replace(f"10.0.0.{number}:6379", f"127.0.0.1:{self.ports[name]}")
        return text

    def kill_the_master(self):
        """At a moment when its replica has all that was acknowledged: what it may lose otherwise is
        Redis' affair (replication does not wait)."""
        self.one.command("CLIENT", "PAUSE", "60000", "WRITE")
        wait_until(lambda: self.said(self.one, "master_repl_offset")
                   == self.said(self.two, "slave_repl_offset"), "the replica's offset")
        self.one.kill()

    def assert_all_known_and_paid_once(self, api, load):
        self.assertEqual(load.odd, [])
        self.assertEqual(len(set(load.accepted)), len(load.accepted))
        for task_id in load.accepted:
            self.assertEqual(api.wait(task_id)["status"], "SUCCESS")
        paid = self.images.ledger()["by_prompt"]
        self.assertEqual(set(paid.values()), {1}, paid)

    def test_a_killed_master_loses_nothing_and_takes_nothing_when_it_is_back(self):
        server = self.balance(self.recipe())
        api = self.api(server)
        load = Load(api)
        self.addCleanup(load.stop)
        load.wait_for(20)

        self.kill_the_master()
        self.two.command("REPLICAOF", "NO", "ONE")
        self.two.command("CONFIG", "SET", "min-replicas-to-write", "0")
        load.wait_for(20)

        self.one.start("--port", str(self.ports["one"]), "--bind", "127.0.0.1",
                       "--min-replicas-to-write", "1")
        wait_until(lambda: self.one.answers(), "the old master")
        self.assertEqual(self.said(self.one, "role"), "master")
        before = self.one.ask("GET", "imagined:{0}:lastid")
        for _ in range(6):  # each time it may be sent to either
            self.two.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
            load.wait_for(10)
        self.assertEqual(self.one.ask("GET", "imagined:{0}:lastid"), before)

        self.one.command("REPLICAOF", "127.0.0.1", str(self.ports["two"]))
        wait_until(lambda: self.said(self.two, "connected_slaves") == "1", "its new replica")
        self.two.command("CONFIG", "SET", "min-replicas-to-write", "1")
        load.wait_for(20)
        load.stop()
        self.assert_all_known_and_paid_once(api, load)
        wait_until(lambda: ask(server.url + "/readyz").status == 200, "readiness")

    def test_a_balancer_that_knows_no_roles_never_makes_us_read_a_replica(self):
        servers = "".join(f"    server {n} 127.0.0.1:{self.ports[n]}\n" for n in ("one", "two"))
        server = self.balance(
            "defaults\n    mode tcp\n    timeout connect 1s\n    timeout client 1h\n"
            f"    timeout server 1h\nlisten redis\n    bind 127.0.0.1:{self.ports['front']}\n"
            "    balance roundrobin\n" + servers)
        api = self.api(server)
        self.one.command("CONFIG", "SET", "min-replicas-to-write", "0")
        self.two.command("REPLICAOF", "127.0.0.1", "1")  # it will not hear of what comes now
        task = api.draw("fresh")
        seen = set()
        for _ in range(8):
            self.one.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
            end = time.monotonic() + 1
            while time.monotonic() < end:
                seen.add(api.ask(f"/mj/task/{task['id']}/fetch").status)
        self.assertLessEqual(seen, {200, 503})
        wait_until(lambda: api.ask(f"/mj/task/{task['id']}/fetch").status == 200, "the task")
