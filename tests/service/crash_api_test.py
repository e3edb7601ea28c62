"""Crash matrix: an API process dies, freezes or loses an answer while it submits or cancels."""

import http.client
import signal
import threading
import time

from .crash import PATIENCE, Crash, state_letter
from .processes import wait_until

NOT_AFTER = 2.0  # seconds: a submit's script refuses to run later than it could be answered


class ApiTrouble(Crash):
    def setUp(self):
        super().setUp()
        self.door = self.begin("--role=api").wait_ready()
        self.victim = self.api(self.door)
        self.body = {"prompt": self.prompt}
        self.key = {"Idempotency-Key": self.prompt}

    def submit_until_cut(self, key=True):
        with self.assertRaises((http.client.HTTPException, ConnectionError)):
            self.victim.submit("imagine", self.body, self.key if key else None)
        self.assertEqual(self.door.wait(), -signal.SIGKILL)

    def listed(self):
        listed = self.client.ask("/mj/task/list").json()
        return [t["id"] for t in listed if t["prompt"] == self.prompt]

    def settle_one(self):
        [task_id] = self.listed()
        task = self.client.wait(task_id, limit=PATIENCE)
        self.assert_delivered(task)
        self.assertEqual(len(self.calls()), 1)
        self.assert_settled(task)
        return task_id

    def test_kill_at_submit_before_leaves_nothing_and_the_key_is_free(self):
        self.arm("queue.submit.before", "kill")
        self.submit_until_cut()
        self.assertEqual(self.listed(), [])
        answer = self.client.ask("/mj/submit/imagine", "POST", self.body, self.key)
        self.assertIn(answer.json()["code"], (1, 22))
        self.assertNotIn("Idempotent-Replayed", answer.headers)
        self.assertEqual(self.settle_one(), answer.json()["result"])

    def test_kill_at_submit_after_keeps_the_task_and_its_key(self):
        self.arm("queue.submit.after", "kill")
        self.submit_until_cut()
        answer = self.client.ask("/mj/submit/imagine", "POST", self.body, self.key)
        self.assertIn(answer.json()["code"], (1, 22))
        self.assertEqual(answer.headers["Idempotent-Replayed"], "true")
        self.assertEqual(self.settle_one(), answer.json()["result"])
        other = self.client.ask("/mj/submit/imagine", "POST", {"prompt": "other"}, self.key)
        self.assertEqual(other.status, 422)

    def test_kill_at_submit_after_without_a_key_ends_like_any_task(self):
        self.arm("queue.submit.after", "kill")
        self.submit_until_cut(key=False)
        self.settle_one()

    def test_an_answer_lost_at_submit_is_found_again(self):
        self.arm("queue.submit.after", "error")
        told = self.victim.imagine(self.prompt)
        self.assertIn(told["code"], (1, 22))
        self.assertEqual(self.settle_one(), told["result"])

    def test_a_command_lost_at_submit_is_sent_again(self):
        self.arm("queue.submit.before", "error")
        told = self.victim.imagine(self.prompt)
        self.assertIn(told["code"], (1, 22))
        self.assertEqual(self.settle_one(), told["result"])

    def freeze_a_submit(self, point):
        """The answer to a submit whose process froze for longer than it may take."""
        answers = []
        self.arm(point, "stop")
        asking = threading.Thread(target=lambda: answers.append(
            self.victim.ask("/mj/submit/imagine", "POST", self.body)))
        asking.start()
        frozen = wait_until(self.is_frozen, "the failpoint")
        wait_until(lambda: time.monotonic() > frozen + NOT_AFTER, "the not-after time")
        self.thaw(self.door)
        asking.join(PATIENCE)
        return answers[0]

    def is_frozen(self):
        return state_letter(self.door.child.pid) == "T" and time.monotonic()

    def test_freeze_at_submit_before_is_503_and_leaves_no_ghost(self):
        answer = self.freeze_a_submit("queue.submit.before")
        self.assertEqual(answer.status, 503, answer)
        self.assertEqual(answer.json()["code"], 9)
        wait_until(lambda: not self.listed(), "the ghost's end")
        self.assertEqual(self.calls(), [])
        self.assert_sound()

    def test_freeze_at_submit_after_is_a_task_or_503(self):
        answer = self.freeze_a_submit("queue.submit.after")
        if answer.status == 200:
            self.assertEqual(self.settle_one(), answer.json()["result"])
        else:
            self.assertEqual(answer.status, 503, answer)

    def cancel_and_die_at(self, point):
        self.upstream.script({"prompt": self.prompt, "delay_ms": 3000})
        task_id = self.client.accepted(self.prompt)
        self.client.wait(task_id, "IN_PROGRESS")
        self.arm(point, "kill")
        with self.assertRaises((http.client.HTTPException, ConnectionError)):
            self.victim.ask(f"/mj/task/{task_id}/cancel", "POST")
        self.assertEqual(self.door.wait(), -signal.SIGKILL)
        return task_id

    def test_kill_at_cancel_before_changes_nothing(self):
        self.cancel_and_die_at("queue.cancel.before")
        self.settle_one()

    def test_kill_at_cancel_after_has_cancelled(self):
        task = self.client.wait(self.cancel_and_die_at("queue.cancel.after"))
        self.assertEqual(task["properties"]["failCode"], "CANCELLED")
        wait_until(lambda: self.upstream.ledger()["in_flight"] == 0, "the call's end")
        self.assert_settled(task)
