"""Crash matrix: the disk fails, or is full, while a paid picture is stored. It waits; nothing is
paid twice."""

import time

from .client import ask
from .crash import PATIENCE, PICTURE_STEPS, Crash, name_of
from .processes import wait_until
from .small_disk import SmallDisk, become_able_to_mount

setUpModule = become_able_to_mount


class FailingDisk(Crash):
    """Each step of storing fails once, as on a full disk."""

    def is_stored_after_all(self, point):
        self.arm(point, "error")
        task = self.client.wait(self.client.accepted(self.prompt), limit=PATIENCE)
        self.assert_delivered(task)
        self.assert_settled(task)
        # Nothing half-written is left behind.
        folder = self.shared / "data" / "pictures"
        self.assertEqual(sorted(file.name for file in folder.glob(f"*/*/*{task['id']}*")),
                         [f"{task['id']}.0", f"{task['id']}.1"])


for at in [p for p in PICTURE_STEPS if p.endswith("before")]:
    setattr(FailingDisk, f"test_disk_fails_at_{name_of(at)}",
            lambda self, p=at: self.is_stored_after_all(p))


class FullDisk(Crash):
    """A real one: pictures go to a file system of some megabytes."""

    flags = ("--data.min_free=1MB", "--imagine.images=4")
    of_backend = {"timeout": "60s"}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.disk = SmallDisk(cls.shared / "data" / "pictures", "16m")
        cls.addClassCleanup(cls.disk.remove)

    def setUp(self):
        super().setUp()
        self.prompts = [f"{self.prompt} {n}" for n in range(4)]
        self.addCleanup(lambda: self.disk.ballast.unlink(missing_ok=True))

    def ready(self, process):
        return ask(process.url + "/readyz")

    def all_paid(self):
        return all(self.billed(prompt) == 1 for prompt in self.prompts)

    def waiting_logs(self, ids):
        return [line for worker in self.crew for line in worker.lines
                if "cannot be stored" in line and any(task_id in line for task_id in ids)]

    def fill_during_calls(self):
        """Four paid tasks whose pictures find no room."""
        for prompt in self.prompts:
            self.upstream.script({"prompt": prompt, "delay_ms": 4000})
        ids = [self.client.accepted(prompt) for prompt in self.prompts]
        wait_until(lambda: all(self.calls(prompt) for prompt in self.prompts), "calls in flight")
        self.disk.fill()
        wait_until(self.all_paid, "four paid calls")
        wait_until(lambda: len(self.waiting_logs(ids)) >= 4, "storing that waits")
        for task_id in ids:
            self.assertEqual(self.client.fetch(task_id)["status"], "IN_PROGRESS")
        return ids

    def assert_all_delivered(self, ids):
        for task_id in ids:
            task = self.client.wait(task_id, limit=PATIENCE)
            self.assert_delivered(task)
            self.assertEqual(len(task["imageUrls"]), 4)
        self.assertEqual([len(self.calls(p)) for p in self.prompts], [1] * 4)
        self.assert_sound()

    def test_what_is_paid_waits_for_room_and_is_told_once(self):
        ids = self.fill_during_calls()
        for process in (self.front, *self.crew):
            wait_until(lambda p=process: self.ready(p).status == 503, "not ready")
            self.assertIn("the disk is full", self.ready(process).json()["reason"])
        self.disk.free()
        self.assert_all_delivered(ids)
        self.assertEqual(len(self.waiting_logs(ids)), 4, self.waiting_logs(ids))
        for process in (self.front, *self.crew):
            wait_until(lambda p=process: self.ready(p).status == 200, "ready again")

    def test_a_worker_that_is_killed_meanwhile_is_taken_over(self):
        ids = self.fill_during_calls()
        for worker in self.crew[:]:
            worker.kill()
            self.crew.remove(worker)
            self.muster()
        wait_until(lambda: len(self.waiting_logs(ids)) >= 4, "storing that waits elsewhere")
        self.disk.free()
        self.assert_all_delivered(ids)

    def test_a_worker_that_is_asked_to_stop_meanwhile_stops(self):
        ids = self.fill_during_calls()
        for worker in self.crew[:]:
            began = time.monotonic()
            self.retire(worker)
            self.assertLess(time.monotonic() - began, 20)
        self.muster()
        self.disk.free()
        self.assert_all_delivered(ids)

    def test_below_min_free_nothing_is_paid(self):
        self.disk.fill(leave=700_000)
        for worker in self.crew:
            wait_until(lambda w=worker: self.ready(w).status == 503, "too little disk for a worker")
            self.assertIn("data.min_free", self.ready(worker).json()["reason"])
        wait_until(lambda: any("data.min_free" in warning for warning in
                               self.ready(self.front).json().get("warnings", [])), "a warning")
        self.assertEqual(self.ready(self.front).status, 200)
        told = self.client.imagine(self.prompts[0])
        self.assertIn(told["code"], (1, 22), told)
        # Both workers look for work every second.
        end = time.monotonic() + 3
        while time.monotonic() < end:
            self.assertEqual(self.calls(self.prompts[0]), [])
            time.sleep(0.1)
        waiting = self.client.fetch(told["result"])
        self.assertEqual(waiting["status"], "NOT_START")
        self.assertEqual(waiting["properties"]["waitingFor"], "disk")
        self.disk.free()
        self.assert_delivered(self.client.wait(told["result"], limit=PATIENCE))
