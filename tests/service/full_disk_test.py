"""One process with everything on one disk that fills up: pictures, and the embedded Redis."""

import time

from .client import ask
from .processes import wait_until
from .scene import Scene, backend
from .small_disk import SmallDisk, become_able_to_mount

setUpModule = become_able_to_mount


class OneDisk(Scene):
    def setUp(self):
        super().setUp()
        self.disk = SmallDisk(self.directory / "data", "24m")
        self.addCleanup(self.disk.remove)
        self.upstream = self.sandbox()
        self.server = self.serve(config=(
            f'[data]\ndir = "{self.directory}/data"\nmin_free = "2MB"\n'
            + backend(self.upstream, timeout="60s")))
        self.client = self.api(self.server)

    def readiness(self):
        return ask(self.server.url + "/readyz")

    def test_readiness_does_not_flap_and_what_was_paid_is_delivered(self):
        prompts = [f"on a full disk {n}" for n in range(3)]
        self.upstream.script(*({"prompt": p, "delay_ms": 4000} for p in prompts))
        ids = [self.client.accepted(p) for p in prompts]
        wait_until(lambda: len(self.upstream.calls()) == 3, "calls in flight")
        self.disk.fill()
        wait_until(lambda: self.readiness().status == 503, "not ready")
        wait_until(lambda: self.upstream.ledger()["billed_calls"] == 3, "paid calls")
        end = time.monotonic() + 6
        while time.monotonic() < end:
            told = self.readiness()
            self.assertEqual(told.status, 503, told.json())
            self.assertIn("the disk is full", told.json()["reason"])
            time.sleep(0.05)
        self.disk.free()
        wait_until(lambda: self.readiness().status == 200, "ready again")
        for task_id in ids:
            self.assertEqual(self.client.wait(task_id)["status"], "SUCCESS")
        self.assertEqual(len(self.upstream.calls()), 3)

    def test_it_stops_while_the_disk_is_full(self):
        self.upstream.script({"delay_ms": 4000})
        self.client.accepted("never stored")
        wait_until(lambda: self.upstream.calls(), "a call in flight")
        self.disk.fill(leave=400_000)  # for the queue, not for pictures
        self.server.wait_for_line("cannot be stored")
        began = time.monotonic()
        self.assert_ends_well(self.server)
        self.assertLess(time.monotonic() - began, 20)

    def test_pictures_leave_the_last_room_to_the_queue(self):
        self.upstream.script({"delay_ms": 4000})
        task_id = self.client.accepted("too late for pictures")
        wait_until(lambda: self.upstream.calls(), "a call in flight")
        self.disk.fill(leave=450_000)
        self.server.wait_for_line("cannot be stored")
        self.assertIn(self.client.imagine("still taken")["code"], (1, 22))
        self.assertGreater(self.disk.free_bytes(), 256 * 1024)
        self.disk.free()
        self.assertEqual(self.client.wait(task_id)["status"], "SUCCESS")
