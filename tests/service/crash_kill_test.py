"""Crash matrix: a worker is killed at a named point; the other one takes over.

Each line of the tables is a test. Delivered: the task succeeds with one call billed. Lost: the call
may have been made, so it is not made again, and the task ends as ambiguous once the call's deadline
has passed."""

import time

from .crash import GRACE, LEASE, PATIENCE, PICTURE_STEPS, SLACK, Crash, name_of
from .processes import wait_until

DELIVERED = ["queue.claim.before", "queue.claim.after", "queue.renew.before", "queue.renew.after",
             "queue.calling.before", "queue.stored.after", *PICTURE_STEPS, "queue.finish.before",
             "queue.finish.after"]

# How many calls the sandbox may have seen.
LOST = {
    "queue.calling.after": (0,),
    "http.post.first_byte.before": (0,),
    "http.post.first_byte.after": (0, 1),
    "backend.call.answered": (1,),
    "queue.stored.before": (1,),
}


class Killing(Crash):
    def submit_and_kill_at(self, point):
        self.arm(point, "kill")
        task_id = self.client.accepted(self.prompt)
        self.wait_dead()
        return task_id


class KilledWorker(Killing):
    def delivered(self, point):
        task_id = self.submit_and_kill_at(point)
        died = time.monotonic()
        wait_until(lambda: self.client.fetch(task_id)["status"] == "SUCCESS"
                   or self.lives_again(task_id), "a takeover")
        self.assertLess(time.monotonic() - died, LEASE + GRACE + SLACK)
        task = self.client.wait(task_id)
        self.assert_delivered(task)
        self.assert_settled(task)

    def lives_again(self, task_id):
        """Another worker than the dead one has it."""
        [living] = self.crew
        return f"-{living.child.pid}-" in self.show(task_id)["worker"]

    def lost(self, point):
        task_id = self.submit_and_kill_at(point)
        task = self.client.wait(task_id, limit=PATIENCE)
        self.assert_ambiguous(task, LOST[point])
        [call] = self.assert_settled(task)["calls"]
        self.assertEqual(call["state"], "lost")
        # It was open until its deadline, for an answer that might still come, and not for ever.
        closed = call["deadline"] + 1000 * GRACE
        self.assertGreaterEqual(task["finishTime"], closed)
        self.assertLess(task["finishTime"], closed + 1000 * SLACK)


class KilledWorkerWhoseCallWasRefused(Killing):
    """What was refused for good is not asked again, whoever takes over."""

    def refused(self, point):
        self.upstream.script({"status": 422, "body": {"error": "unsafe"}, "prompt": self.prompt})
        task = self.client.wait(self.submit_and_kill_at(point), limit=PATIENCE)
        self.assertEqual(task["status"], "FAILURE", task)
        self.assertEqual([c["outcome"] for c in self.calls()], ["HTTP 422"])
        self.assertEqual(self.client.fetch(task["id"]), task, "a terminal state has changed")
        self.assert_sound()
        return task

    def test_kill_at_finish_before_asks_no_more(self):
        task = self.refused("queue.finish.before")
        self.assertEqual(task["properties"]["failCode"], "AMBIGUOUS_UPSTREAM_OUTCOME")

    def test_kill_at_finish_after_keeps_the_refusal(self):
        task = self.refused("queue.finish.after")
        self.assertEqual(task["properties"]["failCode"], "CONTENT_REJECTED")

    def test_kill_at_not_started_before_keeps_the_refusal(self):
        task = self.refused("queue.not_started.before")
        self.assertEqual(task["properties"]["failCode"], "CONTENT_REJECTED")


class KilledWorkerWhoseCallDidNotStart(Killing):
    """The sandbox refuses the first call unpaid: its key cools, the other key is asked."""

    of_backend = {"keys": ["k-1", "k-2"]}

    def refuse(self, prompt, times=1):
        self.upstream.script({"status": 503, "body": {"error": "busy"}, "prompt": prompt,
                              "times": times})

    def test_kill_at_not_started_before_is_ambiguous(self):
        self.refuse(self.prompt)
        task = self.client.wait(self.submit_and_kill_at("queue.not_started.before"), limit=PATIENCE)
        self.assert_ambiguous(task, (1,))
        self.assertEqual(self.billed(), 0)
        self.assert_settled(task)

    def test_kill_at_not_started_after_delivers(self):
        self.refuse(self.prompt)
        task = self.client.wait(self.submit_and_kill_at("queue.not_started.after"), limit=PATIENCE)
        self.assert_delivered(task)
        self.assertEqual(len(self.calls()), 2)
        self.assert_settled(task)

    def release(self, point):
        self.refuse(self.prompt, times=2)
        task = self.client.wait(self.submit_and_kill_at(point), limit=PATIENCE)
        self.assert_delivered(task)
        self.assertEqual(len(self.calls()), 3)
        self.assert_settled(task)

    def test_kill_at_release_before_delivers(self):
        self.release("queue.release.before")

    def test_kill_at_release_after_delivers(self):
        self.release("queue.release.after")


class KilledWorkerWhoseCallWasCut(Killing):
    """The sandbox reads the request and drops the connection."""

    def cut(self, point):
        self.upstream.script({"drop": "after_read", "prompt": self.prompt})
        task = self.client.wait(self.submit_and_kill_at(point), limit=PATIENCE)
        self.assert_ambiguous(task, (1,))
        self.assert_settled(task)

    def test_kill_at_lost_before_is_ambiguous(self):
        self.cut("queue.lost.before")

    def test_kill_at_lost_after_is_ambiguous(self):
        self.cut("queue.lost.after")


for at in DELIVERED:
    setattr(KilledWorker, f"test_kill_at_{name_of(at)}_delivers",
            lambda self, p=at: self.delivered(p))
for at in LOST:
    setattr(KilledWorker, f"test_kill_at_{name_of(at)}_is_ambiguous",
            lambda self, p=at: self.lost(p))
