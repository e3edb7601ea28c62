"""What the cells of the crash matrix stand on: a Redis, a sandbox, an API process and a crew of two
workers. One of them dies or freezes at a named failpoint; the other one is there to take over. The
class lives through all of its cells; a lost worker is replaced before the next one."""

import collections
import json
import os
import signal
import time
from pathlib import Path

from .client import Sandbox, ask, without_bill
from .processes import Imagined, Redis, clean_environment, run_imagined, short_directory, wait_until
from .scene import Scene, backend, open_picture

LEASE = 1.0
# A call's deadline, from its marker: short, because a cell whose call is lost waits for it.
TIMEOUT = 4.0
GRACE = 2.0  # of the contract: after the lease, and after a call's deadline
# How late a sanitised process on a busy machine may be beyond what the contract says.
SLACK = 8.0
# For what ends, however slow the machine is.
PATIENCE = 90

PICTURE_STEPS = [f"store.{step}.{moment}"
                 for step in ("write", "sync", "rename", "directory_sync")
                 for moment in ("before", "after") if (step, moment) != ("write", "after")]


def name_of(point):
    return point.removeprefix("queue.").replace(".", "_")


class Crash(Scene):
    more = ""        # configuration beside the usual
    of_backend = {}  # settings of the backend beside the usual
    flags = ()       # of every process

    # -- Processes -----------------------------------------------------------------------------

    @classmethod
    def setUpClass(cls):
        holder = short_directory()
        cls.addClassCleanup(holder.cleanup)
        cls.shared = Path(holder.name)
        cls.points = cls.shared / "points"
        for name in ("redis", "points"):
            (cls.shared / name).mkdir()
        cls.given = Redis(cls.shared / "redis")
        cls.addClassCleanup(cls.given.stop)
        cls.upstream = Sandbox(cls.own(Imagined(
            "sandbox", "--listen=127.0.0.1:0", directory=cls.shared)).wait_ready().url)
        cls.config = cls.shared / "imagined.toml"
        cls.config.write_text(
            f'[redis]\nurl = "{cls.given.url}"\n[data]\ndir = "{cls.shared}/data"\n'
            f'[worker]\nlease = "1s"\n[imagine]\nimages = 1\n{cls.more}'
            + backend(cls.upstream, **{"timeout": "4s", **cls.of_backend}))
        cls.front = cls.begin("--role=api").wait_ready()
        cls.crew = []

    @classmethod
    def own(cls, process):
        cls.addClassCleanup(process.kill)
        return process

    @classmethod
    def begin(cls, *arguments):
        """`imagined serve` on a port of its own, which looks for armed failpoints."""
        return cls.own(Imagined(
            "serve", f"--config={cls.config}", "--server.listen=127.0.0.1:0",
            *cls.flags, *arguments,
            directory=cls.shared, environment=clean_environment(
                IMAGINED_FAILPOINTS=str(cls.points))))

    def setUp(self):
        super().setUp()
        self.client = self.api(self.front)
        self.prompt = self.id().rsplit(".", 1)[1].replace("_", " ")
        wait_until(lambda: ask(self.front.url + "/readyz").status == 200, "readiness")
        self.muster()

    def muster(self, hands=2):
        """Both workers are there and well."""
        crew = [w for w in self.crew if w.child.poll() is None]
        crew += [self.begin("--role=worker") for _ in range(hands - len(crew))]
        self.crew[:] = [worker.wait_ready() for worker in crew]

    def retire(self, worker):
        """Lets a worker end what it does. It must know by itself that nothing is left."""
        self.assert_ends_well(worker)
        self.crew.remove(worker)

    # -- Faults --------------------------------------------------------------------------------

    def arm(self, point, action):
        self.points.joinpath(f"{point}.new").write_text(action)
        os.rename(self.points / f"{point}.new", self.points / point)

    def disarm(self):
        for armed in self.points.iterdir():
            armed.unlink(missing_ok=True)

    def wait_dead(self):
        """The worker that died at its failpoint."""
        dead = wait_until(lambda: next(
            (w for w in self.crew if w.child.poll() is not None), None), "a worker's death")
        self.assertEqual(dead.wait(), -signal.SIGKILL, dead.log)
        self.crew.remove(dead)

    def wait_frozen(self):
        """The worker that froze at its failpoint."""
        return wait_until(lambda: next(
            (w for w in self.crew if state_letter(w.child.pid) == "T"), None), "a frozen worker")

    def thaw(self, process):
        process.signal(signal.SIGCONT)

    # -- Expectations --------------------------------------------------------------------------

    def calls(self, prompt=None):
        return [c for c in self.upstream.calls() if c["prompt"] == (prompt or self.prompt)]

    def billed(self, prompt=None):
        return sum(1 for c in self.calls(prompt) if c["billed"])

    def show(self, task_id):
        told = run_imagined("task", "show", task_id, f"--config={self.config}", "--json",
                            directory=self.shared)
        self.assertEqual(told.returncode, 0, told.stderr)
        return json.loads(told.stdout)

    def assert_sound(self):
        told = run_imagined("audit", f"--config={self.config}", directory=self.shared)
        self.assertEqual(told.returncode, 0, told.stdout + told.stderr)

    def assert_delivered(self, task):
        self.assertEqual(task["status"], "SUCCESS", task)
        self.assertEqual(self.billed(task["prompt"]), 1, self.calls(task["prompt"]))
        picture = task["imageUrl"].split("/mj/", 1)[1]
        open_picture(ask(f"{self.front.url}/mj/{picture}").body)

    def assert_ambiguous(self, task, calls):
        self.assertEqual(task["status"], "FAILURE", task)
        self.assertEqual(task["properties"]["failCode"], "AMBIGUOUS_UPSTREAM_OUTCOME")
        self.assertIn(len(self.calls(task["prompt"])), calls)

    def assert_settled(self, task):
        """The end of the task stands, no call of it is open, and the whole queue is sound."""
        shown = self.show(task["id"])
        states = collections.Counter(c["state"] for c in shown["calls"])
        self.assertEqual(states["in flight"], 0, shown["calls"])
        self.assertEqual(without_bill(self.client.fetch(task["id"])), without_bill(task),
                         "a terminal state has changed")
        self.assert_sound()
        return shown


def state_letter(pid):
    """R running, S asleep, T stopped, Z dead and not yet waited for."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        return file.read().rsplit(")", 1)[1].split()[0]
