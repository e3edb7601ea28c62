"""Crash matrix: a worker freezes at a named point past its lease, and wakes again.

It wakes late: after its task has ended; it must change nothing. Or in time: after its lease, but
before its call's deadline; what it brings is paid and must be delivered."""

from .crash import PATIENCE, PICTURE_STEPS, Crash, name_of
from .processes import wait_until

# What the task came to while its worker was frozen, and how many calls the sandbox has seen in the
# end, after the worker woke as well.
WAKES_LATE = {
    "queue.claim.before": ("SUCCESS", 1),
    "queue.claim.after": ("SUCCESS", 1),
    "queue.renew.after": ("SUCCESS", 1),
    "queue.calling.before": ("SUCCESS", 1),
    "queue.calling.after": ("FAILURE", 0),
    "http.post.first_byte.before": ("FAILURE", 0),
    "http.post.first_byte.after": ("FAILURE", 1),
    "backend.call.answered": ("FAILURE", 1),
    "queue.stored.before": ("FAILURE", 1),
    "queue.stored.after": ("SUCCESS", 1),
    **{point: ("SUCCESS", 1) for point in PICTURE_STEPS},
    "queue.finish.before": ("SUCCESS", 1),
    "queue.finish.after": ("SUCCESS", 1),
}

WAKES_IN_TIME = ["queue.calling.after", "http.post.first_byte.before", "http.post.first_byte.after",
                 "backend.call.answered", "queue.stored.before"]


class FrozenWorker(Crash):
    def late(self, point):
        status, calls = WAKES_LATE[point]
        self.arm(point, "stop")
        task_id = self.client.accepted(self.prompt)
        victim = self.wait_frozen()
        task = self.client.wait(task_id, limit=PATIENCE)
        self.assertEqual(task["status"], status, task)
        self.thaw(victim)
        self.retire(victim)
        self.assertEqual(len(self.calls()), calls, self.calls())
        if status == "SUCCESS":
            self.assert_delivered(task)
        else:
            self.assert_ambiguous(task, (calls,))
        shown = self.assert_settled(task)
        if point in ("backend.call.answered", "queue.stored.before"):
            # It was paid: that is recorded, although it changes nothing.
            self.assertIn("late answer", "\n".join(e["text"] for e in shown["history"]))


class FrozenWorkerThatWakesInTime(Crash):
    of_backend = {"timeout": "60s"}

    def in_time(self, point):
        self.arm(point, "stop")
        task_id = self.client.accepted(self.prompt)
        victim = self.wait_frozen()
        wait_until(lambda: self.lease_was_lost(task_id), "the end of the lease")
        self.assertNotIn(self.client.fetch(task_id)["status"], ("SUCCESS", "FAILURE"))
        self.thaw(victim)
        task = self.client.wait(task_id, limit=PATIENCE)
        self.assert_delivered(task)
        self.assertEqual(len(self.calls()), 1)
        self.retire(victim)
        self.assert_settled(task)

    def lease_was_lost(self, task_id):
        """The reaper has looked at the task: it now waits for its call's deadline."""
        reply = self.given.command("ZSCORE", "imagined:{0}:lease", task_id)
        [call] = self.show(task_id)["calls"]
        return float(reply.split(b"\r\n")[1]) > call["deadline"]


for at in WAKES_LATE:
    setattr(FrozenWorker, f"test_freeze_at_{name_of(at)}_and_wake_late",
            lambda self, p=at: self.late(p))
for at in WAKES_IN_TIME:
    setattr(FrozenWorkerThatWakesInTime, f"test_freeze_at_{name_of(at)}_and_wake_in_time",
            lambda self, p=at: self.in_time(p))
