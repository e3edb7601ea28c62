"""Crash matrix: trouble with Redis while a worker stands at a named point.

The worker freezes there, the fault begins, the worker goes on, the fault ends. Whatever the fault:
the API answers 503 with code 9 in time while it lasts and leaves no ghost, readiness tells, workers
resume by themselves, and the task is delivered with one call."""

import time

from .client import ask
from .crash import PATIENCE, SLACK, Crash, name_of
from .processes import wait_until

SUBMIT_LIMIT = 2.0  # seconds, of the contract


class Fault:
    """Trouble that a client may not even notice."""

    def __init__(self, redis):
        self.redis = redis

    def begin(self):
        raise NotImplementedError

    def end(self):
        pass


class Outage(Fault):
    """Trouble during which Redis cannot be written to."""


class Killed(Outage):
    """kill -9, then a start on the same append-only file."""

    def begin(self):
        self.redis.kill()

    def end(self):
        self.redis.start()


class Loading(Outage):
    """The same, with a start that takes three seconds, however much there is to load."""

    def begin(self):
        self.redis.kill()
        commands = sum(file.read_bytes().count(b"\n*")
                       for file in (self.redis.directory / "appendonlydir").glob("*.aof"))
        self.redis.start("--key-load-delay", str(3_000_000 // max(1, commands)),
                         "--loading-process-events-interval-bytes", "1024")

    def end(self):
        pass  # it ends by itself


class Paused(Outage):
    def begin(self):
        self.redis.command("CLIENT", "PAUSE", "8000")


class OutOfMemory(Outage):
    def begin(self):
        self.redis.command("CONFIG", "SET", "maxmemory", "1")

    def end(self):
        self.redis.command("CONFIG", "SET", "maxmemory", "0")


class ReadOnly(Outage):
    def begin(self):
        self.redis.command("REPLICAOF", "127.0.0.1", "1")

    def end(self):
        self.redis.command("REPLICAOF", "NO", "ONE")


class Flushed(Fault):
    def begin(self):
        self.redis.command("FUNCTION", "FLUSH")


class Cut(Fault):
    """Every connection is closed, with whatever was on its way."""

    def begin(self):
        self.redis.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        self.redis.command("CLIENT", "KILL", "TYPE", "pubsub", "SKIPME", "yes")


POINTS = ["queue.claim.before", "queue.claim.after", "queue.calling.before", "queue.calling.after",
          "queue.stored.before", "queue.stored.after", "queue.finish.before", "queue.finish.after"]
FEWER = ["queue.claim.before", "queue.calling.before", "queue.stored.before", "queue.finish.before"]
CELLS = {Killed: POINTS, Flushed: FEWER, Cut: POINTS, OutOfMemory: FEWER, ReadOnly: FEWER,
         Loading: FEWER[1:3], Paused: FEWER[1:3]}


class RedisTrouble(Crash):
    of_backend = {"timeout": "60s"}  # no outage of a cell lasts as long as a call may take

    def run_cell(self, kind, point):
        fault = kind(self.given)
        self.addCleanup(self.disarm)
        self.arm(point, "stop")
        task_id = self.client.accepted(self.prompt)
        victim = self.wait_frozen()
        fault.begin()
        self.thaw(victim)
        if isinstance(fault, Outage):
            self.look_at_the_api()
        fault.end()
        wait_until(lambda: ask(self.front.url + "/readyz").status == 200, "readiness")
        # Readiness is looked at now and then; a moment of trouble after it was told is no harm.
        wait_until(lambda: self.client.ask(f"/mj/task/{task_id}/fetch").status == 200, "reading")
        task = self.client.wait(task_id, limit=PATIENCE)
        self.assert_delivered(task)
        self.assertEqual(len(self.calls()), 1)
        wait_until(lambda: not self.ghosts(), "the ghosts' end")
        self.assert_settled(task)

    def look_at_the_api(self):
        wait_until(lambda: ask(self.front.url + "/readyz").status == 503, "unreadiness", limit=20)
        asked = time.monotonic()
        answer = self.client.ask("/mj/submit/imagine", "POST", {"prompt": f"ghost {self.prompt}"})
        took = time.monotonic() - asked
        if answer.status == 200:  # the outage was over before: then it is a task like any other
            self.client.wait(answer.json()["result"], limit=PATIENCE)
            return
        self.assertEqual(answer.status, 503, answer)
        self.assertEqual(answer.json()["code"], 9)
        self.assertIsNone(answer.json()["result"])
        self.assertLess(took, SUBMIT_LIMIT + SLACK / 4)
        self.refused = True

    def ghosts(self):
        if not getattr(self, "refused", False):
            return []
        listed = self.client.ask("/mj/task/list").json()
        return [t for t in listed if t["prompt"] == f"ghost {self.prompt}"]


for fault_kind, points in CELLS.items():
    for at in points:
        setattr(RedisTrouble, f"test_redis_{fault_kind.__name__.lower()}_at_{name_of(at)}",
                lambda self, k=fault_kind, p=at: self.run_cell(k, p))
