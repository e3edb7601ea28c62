"""Crash matrix: deliveries of callbacks whose process dies, and receivers that take their time."""

import socket
import threading
import time

from .client import Sink
from .crash import PATIENCE, Crash, name_of
from .processes import run_imagined, wait_until

# An event whose process died is leased until its delivery would have timed out: 15 s, and a bit.
POINTS = ["queue.outbox_claim.after", "callback.deliver.before", "http.post.first_byte.after",
          "callback.deliver.after", "queue.outbox_delivered.before",
          "queue.outbox_delivered.after"]


class KilledCourier(Crash):
    """All points at once: what is waited for is time, and the cells do not touch each other."""

    hands = 1

    @classmethod
    def setUpClass(cls):
        cls.sink = Sink()
        cls.addClassCleanup(cls.sink.close)
        cls.more = f'[callback]\nallow = ["{cls.sink.address}"]\n'
        super().setUpClass()

    def test_kill_at_each_point_delivers_all_in_order_and_the_end_once_at_least(self):
        ids = {}
        for point in POINTS:
            self.muster()
            self.arm(point, "kill")
            # A task that needs no call: its end is the only event, and the only POST.
            ids[point] = self.upscaled()
            self.wait_dead()
        self.muster()
        for point, task_id in ids.items():
            with self.subTest(name_of(point)):
                events = self.sink.wait_for_end(task_id, limit=PATIENCE)
                mine = [e for e in events if e["task"]["id"] == task_id]
                self.assertEqual({e["task"]["status"] for e in mine}, {"SUCCESS"})
                self.assertEqual(len({e["headers"]["webhook-id"] for e in mine}), 1)
                wait_until(lambda i=task_id: self.settled(i), "the settled outbox", limit=PATIENCE)
        self.assert_sound()

    def test_kill_with_the_end_taken_along_leaves_it_to_others(self):
        self.muster()
        self.arm("queue.finish.after", "kill")
        task_id = self.client.accepted("the end goes with its writer", notifyHook=self.sink.url)
        self.wait_dead()
        self.muster()
        events = self.sink.wait_for_end(task_id, limit=PATIENCE)
        ends = {e["headers"]["webhook-id"] for e in events
                if e["task"]["id"] == task_id and e["task"]["status"] == "SUCCESS"}
        self.assertEqual(len(ends), 1)
        self.assert_sound()

    def upscaled(self):
        if not hasattr(self, "grid"):
            type(self).grid = self.client.draw("a grid")
        told = self.client.submit("action", {
            "taskId": self.grid["id"], "customId": self.grid["buttons"][0]["customId"],
            "notifyHook": self.sink.url})
        return told["result"]

    def settled(self, task_id):
        return any("callback SUCCESS 200" in e["text"] for e in self.show(task_id)["history"])


class Tarpit:
    """Accepts every connection and never answers."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.address = "127.0.0.1:%d" % self.listener.getsockname()[1]
        self.url = f"http://{self.address}/"
        self.held = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        try:
            while True:
                self.held.append(self.listener.accept()[0])
        except OSError:
            pass

    def close(self):
        self.listener.close()
        for link in self.held:
            link.close()


class SlowReceivers(Crash):
    @classmethod
    def setUpClass(cls):
        cls.sink, cls.tarpit = Sink(), Tarpit()
        cls.addClassCleanup(cls.sink.close)
        cls.addClassCleanup(cls.tarpit.close)
        cls.more = (f'[callback]\nallow = ["{cls.sink.address}", "{cls.tarpit.address}"]\n'
                    'schedule = ["0s", "1s"]\n')
        super().setUpClass()

    def test_a_tarpit_starves_nobody(self):
        grid = self.client.draw("a grid")

        def upscaled(hook):
            return self.client.submit("action", {
                "taskId": grid["id"], "customId": grid["buttons"][0]["customId"],
                "notifyHook": hook})["result"]

        # More than all places for deliveries of both workers together.
        stuck = [upscaled(self.tarpit.url) for _ in range(560)]
        wait_until(lambda: len(self.tarpit.held) >= 16, "the tarpit's prey")
        began = time.monotonic()
        self.sink.wait_for_end(upscaled(self.sink.url), limit=14)
        self.assertLess(time.monotonic() - began, 14)  # before one tarpit delivery timed out
        self.client.wait(stuck[-1])


class DeadLetters(Crash):
    @classmethod
    def setUpClass(cls):
        cls.sink = Sink([500] * 1000)
        cls.addClassCleanup(cls.sink.close)
        cls.more = (f'[callback]\nallow = ["{cls.sink.address}"]\n'
                    'schedule = ["0s", "100ms", "100ms"]\n')
        super().setUpClass()

    def test_a_dead_letter_is_seen_and_replayed(self):
        task_id = self.client.accepted(self.prompt, notifyHook=self.sink.url)
        wait_until(lambda: "dead letter" in self.history(task_id), "the dead letter")
        self.assertIn("callback SUCCESS failed, attempt 3: 500", self.history(task_id))
        queue = run_imagined("queue", f"--config={self.config}", directory=self.shared)
        self.assertIn("1 dead letters", queue.stdout)
        self.sink.accept()
        told = run_imagined("task", "retry-callback", task_id, f"--config={self.config}",
                            directory=self.shared)
        self.assertEqual(told.returncode, 0, told.stderr)
        events = self.sink.wait_for_end(task_id)
        ends = {e["headers"]["webhook-id"] for e in events
                if e["task"]["id"] == task_id and e["task"]["status"] == "SUCCESS"}
        self.assertEqual(len(ends), 1)
        wait_until(lambda: "callback SUCCESS 200" in self.history(task_id), "the history")
        queue = run_imagined("queue", f"--config={self.config}", directory=self.shared)
        self.assertIn("0 dead letters", queue.stdout)
        self.assert_sound()

    def history(self, task_id):
        return "\n".join(e["text"] for e in self.show(task_id)["history"])
