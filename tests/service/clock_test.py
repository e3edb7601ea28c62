"""Clocks that differ, and clocks that step: of our machines against that of Redis. A library that
is loaded in front of the program moves them from outside (tests/support/false_clock.c)."""

import os
import subprocess
from pathlib import Path

from .client import ask
from .processes import clean_environment, wait_until
from .scene import Scene, backend

SOURCE = Path(__file__).resolve().parents[1] / "support/false_clock.c"
TURN = 60_000  # ms: no task of these tests takes longer


class FalseClocks(Scene):
    def setUp(self):
        super().setUp()
        self.images = self.sandbox("--delay=300ms")
        self.library = self.directory / "false_clock.so"
        subprocess.run(["clang-19", "-shared", "-fPIC", "-o", self.library, SOURCE], check=True)

    def config(self, redis):
        return f'[redis]\nurl = "{redis.url}"\n[worker]\nlease = "2s"\n' + backend(self.images)

    def now_of(self, redis):
        seconds, micros = redis.ask("TIME")
        return int(seconds) * 1000 + int(micros) // 1000

    def assert_times(self, task, since, until):
        """In order, and by Redis' clock."""
        self.assertEqual(task["status"], "SUCCESS", task)
        times = [task[name] for name in ("submitTime", "startTime", "finishTime")]
        self.assertEqual(times, sorted(times))
        # What is not written by Redis itself is its clock as it was measured.
        self.assertGreaterEqual(times[0], since - 500)
        self.assertLessEqual(times[2], until + 500)

    def step(self, offset):
        """What the clock under test shows from now on."""
        fresh = self.directory / "offset.new"
        fresh.write_text(f"{offset}\n")
        os.replace(fresh, self.directory / "offset")

    def false_clock(self, offset, **more):
        """The environment of a process whose clock is moved."""
        self.step(offset)
        return clean_environment(LD_PRELOAD=str(self.library),
                                 FALSE_CLOCK=str(self.directory / "offset"), **more)


class Skew(FalseClocks):
    def run_with(self, offset):
        redis = self.redis()
        config = self.config(redis)
        since = self.now_of(redis)
        right = self.api(self.serve("--role=api", config=config, name="right"))
        skewed = self.serve(config=config, name="skewed",
                            environment=self.false_clock(offset))
        wrong = self.api(skewed)
        ids = [api.accepted(f"cat {n} of {api.base}") for n in range(4) for api in (right, wrong)]
        tasks = [right.wait(task_id) for task_id in ids]
        # Ended in its submit, by the clock of the one who was asked.
        for api in (right, wrong):
            told = api.submit("shorten", {"prompt": "a very long prompt of a cat"})
            tasks.append(api.wait(told["result"]))
            button = next(b for b in tasks[0]["buttons"] if b["label"] == "U1")
            told = api.submit("action", {"taskId": tasks[0]["id"], "customId": button["customId"]})
            tasks.append(api.wait(told["result"]))
        until = self.now_of(redis)
        for task in tasks:
            self.assert_times(task, since, until)
        self.assertLess(until - since, TURN)
        self.assertEqual(set(self.images.ledger()["by_prompt"].values()), {1})

    def test_a_machine_that_is_twenty_minutes_behind(self):
        self.run_with(-1200)

    def test_a_machine_that_is_twenty_minutes_ahead(self):
        self.run_with(1200)

    def test_a_running_task_shows_its_progress_by_the_clock_of_redis(self):
        redis = self.redis()
        slow = self.sandbox("--delay=20s")
        config = f'[redis]\nurl = "{redis.url}"\n' + backend(slow)
        self.serve("--role=worker", config=config, name="right")
        wrong = self.api(self.serve("--role=api", config=config, name="wrong",
                                    environment=self.false_clock(1200)))
        task = wrong.wait(wrong.accepted("slow"), "IN_PROGRESS")
        self.assertLess(int(task["progress"].rstrip("%")), 60, task)


class Step(FalseClocks):
    def check_after_a_step(self, server, redis, offset):
        api = self.api(server)
        api.draw("before")
        self.step(offset)
        since = self.now_of(redis)
        refused = 0
        for n in range(20):
            answer = api.ask("/mj/submit/imagine", "POST", {"prompt": f"after {n}"})
            if answer.status == 503:
                refused += 1
                continue
            self.assert_times(api.wait(answer.json()["result"]), since, self.now_of(redis) + 500)
        self.assertLessEqual(refused, 2)
        for _ in range(5):  # verbs that nobody repeats by himself
            told = api.submit("shorten", {"prompt": "a very long prompt of a cat"})
            self.assertEqual(told["code"], 1, told)
        wait_until(lambda: ask(server.url + "/readyz").status == 200, "readiness")

    def run_with(self, offset, **more):
        redis = self.redis()
        server = self.serve(config=self.config(redis), environment=self.false_clock(0, **more))
        self.check_after_a_step(server, redis, offset)

    def test_back_by_two_seconds(self):
        self.run_with(-2)

    def test_back_by_an_hour(self):
        self.run_with(-3600)

    def test_forward_by_an_hour(self):
        self.run_with(3600)

    def test_back_by_two_seconds_on_every_clock(self):
        """As after a machine slept: its monotonic clock is behind as well."""
        self.run_with(-2, FALSE_CLOCK_ALL="1")


del FalseClocks
