"""What an upstream's answer leads to: how often a task calls, how it ends, and what is told."""

import json
import re
import time
from collections import Counter

from .client import ask
from .processes import clean_environment, run_imagined, wait_until
from .scene import Scene, backend

KEY = "sk-upstream-secret-0001"
SAFETY_FLOOR = 0.95  # seconds between two calls of a task; timestamps are whole milliseconds


def gaps(calls):
    times = [call["at"] / 1000 for call in calls]
    return [later - sooner for sooner, later in zip(times, times[1:])]


class WrongAddress(Scene):
    def test_a_task_meets_three_of_its_own_and_ends_naming_the_address(self):
        answers = {"V_3": {"status": 404, "body": {"message": "no such path"}},
                   "V_2": {"status": 301, "headers": {"Location": "https://elsewhere.example/"}},
                   "V_1": {"status": 410}}
        upstreams = {}
        config = "[imagine]\nimages = 1\n"
        for model, answer in answers.items():
            upstreams[model] = self.sandbox()
            upstreams[model].script({**answer, "times": 1000})
            config += backend(upstreams[model], name=f"for-{model}", models=[model], keys=[KEY])
        server = self.serve(config=config)
        api = self.api(server)
        flags = {"V_3": "", "V_2": " --v 5", "V_1": " --v 4"}
        ids = {model: api.accepted("a fox" + flags[model]) for model in answers}
        for model, upstream in upstreams.items():
            task = api.wait(ids[model], limit=60)
            self.assertEqual(task["properties"]["failCode"], "BACKEND_REFUSED", task)
            self.assertIn(upstream.url, task["failReason"])
            self.assertIn(f"HTTP {answers[model]['status']}", task["failReason"])
            calls = upstream.calls()
            self.assertEqual(len(calls), 3, model)
            first, second = gaps(calls)
            self.assertTrue(SAFETY_FLOOR <= first < 5, (model, first))
            self.assertTrue(9.95 <= second < 15, (model, second))
        self.assertIn("to https://elsewhere.example/", api.fetch(ids["V_2"])["failReason"])
        # One change of state a backend; of one kind the log tells one a second, and the others'
        # count.
        told = [line for line in server.log.splitlines() if "a call did not start" in line]
        suppressed = sum(map(int, re.findall(r'suppressed="(\d+)"', "".join(told))))
        lines = sum("reason=" in line for line in told)
        self.assertEqual(lines + suppressed, 3, server.log)
        self.assertNotIn(KEY, server.log)

    def test_many_tasks_make_few_calls_and_another_backend_serves_them(self):
        wrong = self.sandbox()
        wrong.script({"status": 404, "times": 100000})
        api = self.api(self.serve(config="[imagine]\nimages = 1\n" + backend(wrong)))
        ids = [api.accepted(f"number {i}") for i in range(40)]
        time.sleep(5)
        calls = wrong.calls()
        # The ten that had places at first, and who has the right to try again.
        self.assertLessEqual(len(calls), 11)
        self.assertLessEqual(max(Counter(call["prompt"] for call in calls).values()), 2)
        self.assertEqual({api.fetch(i)["status"] for i in ids} & {"FAILURE", "SUCCESS"}, set())

    def test_a_wrong_address_in_front_of_a_right_one(self):
        wrong, right = self.sandbox(), self.sandbox()
        wrong.script({"status": 404, "times": 1000})
        api = self.api(self.serve(config="[imagine]\nimages = 1\n"
                                  + backend(wrong, name="wrong", priority=0)
                                  + backend(right, name="right", priority=1)))
        for i in range(3):
            api.draw(f"number {i}")
        self.assertLessEqual(len(wrong.calls()), 3)


class NeverFasterThanASecond(Scene):
    def test_whatever_the_upstream_says(self):
        sandbox = self.sandbox()
        prompts = {401: "bad key", 429: "slow down", 503: "not now"}
        for status in prompts:
            sandbox.script({"status": status, "times": 1000, "headers": {"Retry-After": "0"},
                            "prompt": prompts[status]})
        config = "[imagine]\nimages = 1\n"
        for status in prompts:
            config += backend(sandbox, name=f"of-{status}", keys=[f"k-{status}-{n}" for n in "123"],
                              models=[{401: "V_3", 429: "V_2", 503: "V_1"}[status]])
        api = self.api(self.serve(config=config))
        for status, flags in ((401, ""), (429, " --v 5"), (503, " --v 4")):
            api.accepted(prompts[status] + flags)
        time.sleep(7)
        for status, prompt in prompts.items():
            mine = [call for call in sandbox.calls() if call["prompt"] == prompt]
            self.assertGreaterEqual(len(mine), 3, status)
            self.assertGreaterEqual(min(gaps(mine)), SAFETY_FLOOR, status)

    def test_nobody_listens(self):
        server = self.serve("--worker.task_timeout=4s", config=(
            "[imagine]\nimages = 1\n[[backend]]\nname = \"gone\"\ndialect = \"official\"\n"
            "base_url = \"http://127.0.0.1:1\"\nkeys = [\"k-1\"]\n"))
        api = self.api(server)
        task = api.wait(api.accepted("a fox"), limit=30)
        self.assertEqual(task["properties"]["failCode"], "TIMEOUT")
        self.assertIn("gone: ", task["failReason"])
        told = [line for line in server.log.splitlines() if "a call did not start" in line]
        self.assertEqual(len(told), 1, server.log)


class LastWords(Scene):
    def test_a_timeout_names_the_refusal_also_to_who_never_called(self):
        sandbox = self.sandbox()
        sandbox.script({"status": 401, "times": 1000, "body": {"error": f"bad key {KEY}"}})
        server = self.serve("--worker.task_timeout=4s", config=(
            "[imagine]\nimages = 1\n" + backend(sandbox, keys=[KEY], concurrency=1)))
        api = self.api(server)
        ids = [api.accepted("first"), api.accepted("second")]
        for task_id in ids:
            task = api.wait(task_id, limit=30)
            self.assertEqual(task["properties"]["failCode"], "TIMEOUT")
            self.assertIn("official-1: HTTP 401 bad key ***", task["failReason"])
        self.assertEqual(len(sandbox.calls()), 1)
        self.assertNotIn(KEY, server.log)


class HiddenRefusals(Scene):
    def test_safety_and_quota_in_a_500_are_refused_once_and_stain_nobody(self):
        sandbox = self.sandbox()
        refusals = [
            ({"error": {"message": "sensitive words detected"}}, "CONTENT_REJECTED"),
            ({"error": {"message": "x", "code": "content_policy_violation"}}, "CONTENT_REJECTED"),
            ({"code": 1, "message": "提示词包含敏感词"}, "CONTENT_REJECTED"),
            ({"code": 1, "message": "內容違規"}, "CONTENT_REJECTED"),
            ({"message": "余额不足"}, "BACKEND_REFUSED"),
            ({"error": {"code": "insufficient_user_quota"}}, "BACKEND_REFUSED"),
        ] * 2
        for i, (body, _) in enumerate(refusals):
            sandbox.script({"status": 500, "body": body, "prompt": f"number {i:02}."})
        api = self.api(self.serve(config="[imagine]\nimages = 1\n" + backend(sandbox)))
        for i, (body, code) in enumerate(refusals):
            task = api.wait(api.accepted(f"number {i:02}."))
            self.assertEqual(task["properties"]["failCode"], code, body)
        self.assertEqual(len(sandbox.calls()), len(refusals))
        api.draw("harmless")


class Told(Scene):
    OPERATOR = "sk-operator-0123456789"
    KEYS = {"UP_KEY_ONE": "sk-upstream-one-0001", "UP_KEY_TWO": "sk-upstream-two-0002"}

    def serve_told(self, upstream, more="", **settings):
        self.config = (f'[server]\napi_keys = ["{self.OPERATOR}"]\n[imagine]\nimages = 1\n' + more
                       + backend(upstream, **settings))
        return self.serve(config=self.config, environment=clean_environment(**self.KEYS))

    def waits(self, server, task_id, language="en"):
        """What the task waits for, once it says so: on both APIs, as a word and a sentence."""
        headers = {"Authorization": f"Bearer {self.OPERATOR}", "Accept-Language": language}

        def told():
            task = ask(f"{server.url}/mj/task/{task_id}/fetch", headers=headers).json()
            live = ask(f"{server.url}/v1/tasks/{task_id}", headers=headers).json()
            properties = task["properties"]
            # It may change between the two looks.
            agreed = live["waiting_for"] and live["waiting_for"] == properties.get("waitingFor")
            return agreed and (properties, live)
        properties, live = wait_until(told, "both say what it waits for")
        self.assertTrue(live["waiting_for_detail"])
        return properties["waitingFor"], properties["waitingForDetail"]

    def warnings(self, server):
        return ask(f"{server.url}/readyz").json()["warnings"]

    def channel(self, server, path="", method="GET", body=None):
        answer = ask(f"{server.url}/v1/admin/channels{path}", method, body,
                     {"Authorization": f"Bearer {self.OPERATOR}"})
        self.assertEqual(answer.status, 200, answer)
        told = answer.json()
        return told if path else told["channels"][0]

    def test_wrong_keys_are_told_to_everybody(self):
        upstream = self.sandbox()
        upstream.script({"status": 401, "times": 1000, "body": {"error": "Invalid key"}})
        server = self.serve_told(upstream, name="ideogram",
                                 keys=["env:UP_KEY_ONE", "env:UP_KEY_TWO"])
        api = self.api(server, self.OPERATOR)
        task_id = api.accepted("a fox")
        self.assertEqual(self.waits(server, task_id),
                         ("keys_refused", "ideogram refused both keys: 401 Invalid key"))
        self.assertEqual(self.waits(server, task_id, "zh")[1],
                         "ideogram 拒绝了两个密钥：401 Invalid key")
        self.assertIn('backend "ideogram": the upstream refused every key: 401 Invalid key',
                      self.warnings(server))
        channel = self.channel(server)
        names = [slot["name"] for slot in channel["slots"]]
        self.assertEqual(sorted(names), ["ideogram:env:UP_KEY_ONE", "ideogram:env:UP_KEY_TWO"])
        self.assertEqual({(slot["state"], slot["reason"]) for slot in channel["slots"]},
                         {("disabled", "HTTP 401 Invalid key")})
        for name in (names[0], channel["slots"][0]["slot"]):
            for paused in (True, False):
                told = self.channel(server, f"/{name}", "PATCH", {"paused": paused})
                self.assertEqual(told["slots"][0]["pausedSince"] is not None, paused)
        ran = run_imagined("queue", f"--config={self.directory / 'imagined.toml'}",
                           directory=self.directory, environment=clean_environment(**self.KEYS))
        self.assertRegex(
            ran.stdout, r"ideogram:env:UP_KEY_ONE 0/10, .*refused: HTTP 401 Invalid key")
        metrics = ask(f"{server.url}/metrics", headers=api.headers).body.decode()
        self.assertIn('slot="ideogram:env:UP_KEY_ONE"', metrics)
        for text in (json.dumps(channel), ran.stdout, metrics, server.log):
            for key in self.KEYS.values():
                self.assertNotIn(key, text)

    def test_cooling_keys_are_told(self):
        upstream = self.sandbox()
        upstream.script({"status": 429, "times": 1000, "headers": {"Retry-After": "300"}})
        server = self.serve_told(upstream, keys=["sk-upstream-one-0001"])
        task_id = self.api(server, self.OPERATOR).accepted("a fox")
        word, detail = self.waits(server, task_id)
        self.assertEqual(word, "cooling")
        self.assertIn("official-1 is left alone for", detail)
        self.assertTrue(any("refused or cooling: 429" in one for one in self.warnings(server)))
        self.assertEqual(self.channel(server)["slots"][0]["name"], "official-1:*0001")

    def test_a_shut_operation_is_told(self):
        upstream = self.sandbox()
        upstream.script({"status": 404, "times": 1000})
        server = self.serve_told(upstream)
        api = self.api(server, self.OPERATOR)
        api.wait(api.accepted("first"), limit=60)
        word, detail = self.waits(server, api.accepted("second"))
        self.assertEqual(word, "breaker")
        self.assertIn("404", detail)
        self.assertTrue(any("nothing is at the address of generate: 404" in one
                            for one in self.warnings(server)))
        [shut] = self.channel(server)["shut"]
        self.assertEqual((shut["operation"], shut["reason"]), ("generate", "HTTP 404 scripted"))
        time.sleep(3)
        self.assertEqual(len(upstream.calls()), 3)

    def test_an_open_breaker_is_told(self):
        upstream = self.sandbox()
        upstream.script({"status": 500, "body": "oops", "times": 10})
        server = self.serve_told(upstream)
        api = self.api(server, self.OPERATOR)
        for i in range(10):
            api.wait(api.accepted(f"number {i}"))
        word, detail = self.waits(server, api.accepted("waits"))
        self.assertEqual(word, "breaker")
        self.assertIn("500 oops", detail)
        self.assertTrue(any("breaker is open" in one for one in self.warnings(server)))

    def test_full_places_limits_and_pauses_are_told(self):
        upstream = self.sandbox("--delay=20s")
        more = '[[caller]]\nname = "bot"\nkey = "sk-bot-0123456789abc"\nmax_running = 1\n'
        server = self.serve_told(upstream, more, concurrency=2)
        bot, operator = self.api(server, "sk-bot-0123456789abc"), self.api(server, self.OPERATOR)
        bot.wait(bot.accepted("one of mine"), "IN_PROGRESS")
        self.assertEqual(self.waits(server, bot.accepted("two of mine"))[0], "caller_limit")
        operator.wait(operator.accepted("takes the last place"), "IN_PROGRESS")
        waiting = operator.accepted("waits")
        self.assertEqual(self.waits(server, waiting),
                         ("place", "all places at official-1 are taken"))
        self.channel(server, "/official-1", "PATCH", {"paused": True})
        self.until(lambda: self.waits(server, waiting)[0] == "paused", "the pause is told")

    def test_money_that_is_used_up_is_a_warning(self):
        server = self.serve_told(self.sandbox(), max_spend_per_day=0.07)
        self.api(server, self.OPERATOR).draw("paid")
        self.until(lambda: 'backend "official-1": the day\'s budget is used up'
                   in self.warnings(server), "the warning")

    def test_a_receiver_that_fails_is_a_warning(self):
        sink = self.sink([500] * 50)
        server = self.serve_told(self.sandbox(), '[callback]\nallow = ["127.0.0.1"]\n')
        api = self.api(server, self.OPERATOR)
        for i in range(2):
            api.accepted(f"number {i}", notifyHook=sink.url)
        self.until(lambda: any("callbacks fail at 127.0.0.1" in one
                               for one in self.warnings(server)), "the warning")


class CheckedAddress(Scene):
    def test_check_config_warns_of_a_path_that_the_dialect_adds(self):
        file = self.directory / "imagined.toml"
        file.write_text('[[backend]]\nname = "relay"\ndialect = "camel"\nkeys = ["k-1"]\n'
                        'base_url = "http://relay.example.com/ideogram"\n')
        ran = run_imagined("check-config", f"--config={file}", directory=self.directory)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertIn('backend[relay]: base_url ends in "/ideogram"', ran.stderr)
        self.assertIn("redirect to https:// is never followed", ran.stderr)
