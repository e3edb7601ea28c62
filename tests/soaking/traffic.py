"""What clients do during a soak, and what they saw: the history that the checker reads."""

import http.client
import threading
import time

from service.client import Api, without_bill

from .town import CONCURRENCY, QUEUE_LIMIT

OUTCOMES = [
    {"status": 503, "body": {"error": "busy"}},
    {"status": 422, "body": {"error": "Prompt provided failed safety check"}},
    {"status": 500, "body": {"error": "oops"}},
    {"drop": "after_read"},
    {"delay_ms": 2500},
    {"delay_ms": 20000},  # longer than a call may take
]


class Traffic:
    def __init__(self, town):
        self.town = town
        self.api = Api(f"http://{town.listen}")
        self.accepted = {}   # id -> prompt
        self.refused = []    # prompts that were answered 503 or 23
        self.unsure = []     # prompts whose answer was cut
        self.hooked = set()  # ids with a hook
        self.cancelled = set()
        self.ends = {}       # id -> the first terminal task that was seen
        self.broken = []     # what a client must never see
        self.attempts = {}   # id -> the highest attempt that was seen
        self.most_waiting = 0
        self.most_taken = 0
        self.slow_refusals = 0
        self.lock = threading.Lock()
        self.number = 0

    def run_until(self, end, dice):
        while time.monotonic() < end:
            try:
                self.submit(dice)
                if self.accepted and dice.random() < 0.08:
                    self.cancel(dice)
            except (http.client.HTTPException, OSError):
                pass
            time.sleep(dice.uniform(0.02, 0.35))

    def submit(self, dice):
        with self.lock:
            self.number += 1
            prompt = f"soak number {self.number}"
        body, headers = {"prompt": prompt}, {}
        if dice.random() < 0.7:
            body["notifyHook"] = self.town.receiver.url
        elif dice.random() < 0.1:
            self.try_the_trap(body)
        if dice.random() < 0.25:
            self.town.sandbox.script({"prompt": prompt, **dice.choice(OUTCOMES)})
        keyed = dice.random() < 0.5
        if keyed:
            headers["Idempotency-Key"] = prompt
        answer = self.ask_until_answered(body, headers, keyed, prompt)
        if answer is None:
            return
        told = answer.json()
        if answer.status == 200 and told["code"] in (1, 22):
            self.note_accepted(told["result"], prompt, "notifyHook" in body)
            if keyed and dice.random() < 0.5:
                self.repeat(body, headers, told["result"])
        elif answer.status == 503 and told["code"] == 9 or told["code"] == 23:
            self.refused.append(prompt)
        else:
            self.broken.append(f"{prompt}: {answer}")

    def try_the_trap(self, body):
        """I13: a hook that leads inside is refused."""
        answer = self.api.ask(
            "/mj/submit/imagine", "POST", {**body, "notifyHook": self.town.trap.url})
        if answer.status == 200 and answer.json()["code"] != 4:
            self.broken.append(f"a hook to the inside was taken: {answer}")

    def ask_until_answered(self, body, headers, keyed, prompt):
        while True:
            began = time.monotonic()
            try:
                answer = self.api.ask("/mj/submit/imagine", "POST", body, headers)
            except (http.client.HTTPException, OSError):
                if not keyed:  # nobody knows whether it was accepted
                    self.unsure.append(prompt)
                    return None
                time.sleep(0.2)
                continue
            if answer.status == 503:
                self.slow_refusals += time.monotonic() - began > 4
            return answer

    def note_accepted(self, task_id, prompt, hooked):
        with self.lock:
            if task_id in self.accepted:
                self.broken.append(f"{task_id} was given twice")
            self.accepted[task_id] = prompt
            if hooked:
                self.hooked.add(task_id)

    def repeat(self, body, headers, task_id):
        """I9: the same key and body is the same task; another body is refused."""
        answer = self.api.ask("/mj/submit/imagine", "POST", body, headers)
        if answer.status == 200 and answer.json()["result"] != task_id:
            self.broken.append(f"the key of {task_id} gave {answer}")
        other = self.api.ask("/mj/submit/imagine", "POST", {**body, "prompt": "other"}, headers)
        if other.status not in (422, 503):
            self.broken.append(f"the key of {task_id} took another body: {other}")

    def cancel(self, dice):
        task_id = dice.choice(list(self.accepted))
        answer = self.api.ask(f"/mj/task/{task_id}/cancel", "POST")
        if answer.status == 200 and answer.json()["code"] == 1:
            self.cancelled.add(task_id)

    # -- Watching ------------------------------------------------------------------------------

    def watch_until(self, end, dice):
        while time.monotonic() < end:
            try:
                self.look_at_queue(dice)
                self.look_at_tasks(dice)
            except (http.client.HTTPException, OSError, ValueError, IndexError):
                pass
            time.sleep(0.2)

    def look_at_queue(self, dice):
        waiting = self.number_of("ZCARD", "imagined:{0}:waiting")
        self.most_waiting = max(self.most_waiting, waiting or 0)
        # A task that comes back from a dead worker is not refused: at most one a place at a key.
        if waiting is not None and waiting > QUEUE_LIMIT + CONCURRENCY:
            self.broken.append(f"{waiting} tasks waited")
        now = str(int(1000 * time.time()))
        for name in self.town.redis.ask("SMEMBERS", "imagined:{0}:slots"):
            key = "imagined:{0}:slot:" + name.decode()
            taken = self.number_of("ZCOUNT", key, now, "+inf")
            self.most_taken = max(self.most_taken, taken)
            if taken > CONCURRENCY:
                self.broken.append(f"{taken} places taken at a key")
        if self.accepted:
            task_id = dice.choice(list(self.accepted)[-30:])
            attempt = self.number_of("HGET", "imagined:{0}:t:" + task_id, "a")
            if attempt is not None:
                if attempt < self.attempts.get(task_id, 0):
                    self.broken.append(f"attempts of {task_id} went back to {attempt}")
                self.attempts[task_id] = max(attempt, self.attempts.get(task_id, 0))

    def number_of(self, *words):
        reply = self.town.redis.ask(*words)
        return None if reply is None else int(reply)

    def look_at_tasks(self, dice):
        if not self.accepted:
            return
        ids = dice.sample(list(self.accepted), min(20, len(self.accepted)))
        answer = self.api.ask("/mj/task/list-by-condition", "POST", {"ids": ids})
        if answer.status != 200:
            return
        for task in answer.json():
            self.see(task)

    def see(self, task):
        """I2: once seen at its end, a task is never seen otherwise, but for a bill that was unknown:
        what a call cost that was in flight at a cancel is told when the call has ended."""
        known = self.ends.get(task["id"])
        if known is not None and task != known and not (
                known["properties"].get("billed") == "unknown"
                and without_bill(task) == without_bill(known)):
            self.broken.append(f"{task['id']} changed after its end: {known} {task}")
        if task["status"] in ("SUCCESS", "FAILURE"):
            self.ends[task["id"]] = task

    def end_of(self, task_id, limit):
        end = time.monotonic() + limit
        while time.monotonic() < end:
            answer = self.api.ask(f"/mj/task/{task_id}/fetch")
            if answer.status == 200:
                self.see(answer.json())
                if task_id in self.ends:
                    return self.ends[task_id]
            time.sleep(0.1)
        return None
