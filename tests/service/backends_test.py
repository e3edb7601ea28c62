"""Several backends before one queue: limits, money, failing ones, and pictures by address."""

import base64
import json
import socket

from .client import ask
from .processes import run_imagined, wait_until
from .scene import A_PNG, Scene, backend, spelled


def relay(url, name, dialect="official", **more):
    """The [[backend]] of any address."""
    settings = {"name": name, "dialect": dialect, "base_url": url, "keys": ["k-1"], **more}
    return "\n[[backend]]\n" + "".join(f"{key} = {spelled(text)}\n"
                                       for key, text in settings.items())


def closed_port():
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return held.getsockname()[1]


class Backends(Scene):
    def queue(self, config):
        file = self.directory / "imagined.toml"
        self.assertEqual(file.read_text(), config)
        ran = run_imagined("queue", f"--config={file}", "--json", directory=self.directory)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        return json.loads(ran.stdout)


class Limits(Backends):
    def test_forty_tasks_over_two_backends_from_two_processes(self):
        redis = self.redis()
        three, five = self.sandbox("--delay=200ms"), self.sandbox("--delay=200ms")
        config = (f'[redis]\nurl = "{redis.url}"\n[data]\ndir = "{self.directory}/data"\n'
                  "[imagine]\nimages = 1\n"
                  + backend(three, name="three", concurrency=3)
                  + backend(five, name="five", concurrency=5))
        apis = [self.api(self.serve(config=config, name=name)) for name in ("one", "two")]
        ids = [apis[i % 2].accepted(f"number {i}") for i in range(40)]
        for task_id in ids:
            self.assertEqual(apis[0].wait(task_id)["status"], "SUCCESS")
        ledgers = [three.ledger(), five.ledger()]
        self.assertEqual([book["max_in_flight"] for book in ledgers], [3, 5])
        self.assertEqual(sum(book["billed_calls"] for book in ledgers), 40)

    def test_bad_backends_in_front_of_a_good_one(self):
        unpaid, limited, down, good = (self.sandbox() for _ in range(4))
        unpaid.script({"status": 401, "times": 1000})
        limited.script({"status": 429, "times": 1000, "headers": {"Retry-After": "30"}})
        down.script({"status": 503, "times": 1000})
        api = self.api(self.serve(config=(
            "[imagine]\nimages = 1\n"
            + relay(f"http://127.0.0.1:{closed_port()}", "dead", priority=0)
            + backend(unpaid, name="unpaid", priority=1)
            + backend(limited, name="limited", priority=2)
            + backend(down, name="down", priority=3)
            + backend(good, name="good", priority=4))))
        ids = [api.accepted(f"number {i}") for i in range(12)]
        for task_id in ids:
            self.assertEqual(api.wait(task_id)["status"], "SUCCESS")
        book = good.ledger()
        self.assertEqual(book["by_prompt"], {f"number {i}": 1 for i in range(12)})
        # Each bad one was asked by who was there at first, and then left alone.
        for bad in (unpaid, limited, down):
            self.assertLessEqual(len(bad.calls()), 12)
        before = [len(bad.calls()) for bad in (unpaid, limited)]
        api.draw("afterwards")
        self.assertEqual([len(bad.calls()) for bad in (unpaid, limited)], before)


class Money(Backends):
    def test_a_task_that_no_backend_has_money_for_fails_with_budget(self):
        sandbox = self.sandbox()
        # V_3 costs 0.06 a picture by default.
        config = ("[imagine]\nimages = 1\n" + backend(sandbox, max_spend_per_day=0.13))
        server = self.serve(config=config)
        api = self.api(server)
        for i in range(2):
            api.draw(f"paid {i}")
        task = api.wait(api.accepted("one too many"))
        self.assertEqual(task["status"], "FAILURE")
        self.assertEqual(task["properties"]["failCode"], "BUDGET")
        self.assertEqual(len(sandbox.calls()), 2)
        self.assertNotIn("not enforced", server.log)
        [member] = self.queue(config)["backends"]
        self.assertEqual((member["spentTodayUsd"], member["maxSpendPerDayUsd"]), (0.12, 0.13))
        metrics = api.ask("/metrics").body.decode()
        self.assertIn('imagined_backend_spent_usd{backend="official-1"} 0.12', metrics)

    def test_calls_side_by_side_do_not_overshoot(self):
        sandbox = self.sandbox("--delay=500ms")
        api = self.api(self.serve(config=(
            "[imagine]\nimages = 1\n" + backend(sandbox, max_spend_per_day=0.19))))
        ends = [api.wait(task_id)["status"]
                for task_id in [api.accepted(f"number {i}") for i in range(8)]]
        self.assertEqual((ends.count("SUCCESS"), ends.count("FAILURE")), (3, 5))
        self.assertLessEqual(sandbox.ledger()["total_micros"], 190000)

    def test_another_backend_with_money_is_asked_first(self):
        poor, rich = self.sandbox(), self.sandbox()
        api = self.api(self.serve(config=(
            "[imagine]\nimages = 1\n"
            + backend(poor, name="poor", priority=0, max_spend_per_day=0.06)
            + backend(rich, name="rich", priority=1))))
        for i in range(4):
            api.draw(f"number {i}")
        self.assertEqual(poor.ledger()["billed_calls"], 1)
        self.assertEqual(rich.ledger()["billed_calls"], 3)

    def test_the_cap_of_all_backends(self):
        one, two = self.sandbox(), self.sandbox()
        api = self.api(self.serve(config=(
            "[imagine]\nimages = 1\n[worker]\nmax_spend_per_day = 0.06\n"
            + backend(one, name="one") + backend(two, name="two"))))
        api.draw("the only one")
        task = api.wait(api.accepted("one too many"))
        self.assertEqual(task["properties"]["failCode"], "BUDGET")
        answer = ask(api.base + "/v1/ideogram-v3/generate", "POST", {"prompt": "x"})
        self.assertEqual(answer.status, 402, answer)


class Breaker(Backends):
    def test_a_failing_backend_is_left_alone_and_tried_by_one_task(self):
        bad, good = self.sandbox(), self.sandbox()
        bad.script({"status": 500, "body": "oops", "times": 1000})
        config = ("[imagine]\nimages = 1\n" + backend(bad, name="bad", priority=0)
                  + backend(good, name="good", priority=1))
        server = self.serve(config=config)
        api = self.api(server)
        for i in range(10):
            task = api.wait(api.accepted(f"number {i}"))
            self.assertEqual(task["properties"]["failCode"], "AMBIGUOUS_UPSTREAM_OUTCOME")
        for i in range(3):
            api.draw(f"elsewhere {i}")
        self.assertEqual(len(bad.calls()), 10)
        states = {member["name"]: member["breaker"]
                  for member in self.queue(config)["backends"]}
        self.assertEqual(states, {"bad": "open", "good": "closed"})
        self.assertIn('imagined_backend_breaker_open{backend="bad"} 1',
                      api.ask("/metrics").body.decode())


class Links(Backends):
    def remix(self, api, prompt):
        data = "data:image/png;base64," + base64.b64encode(A_PNG).decode()
        answer = api.ask("/ideogram/submit/remix", "POST", {
            "prompt": prompt, "model": "V_2", "image_file": data})
        self.assertIn(answer.json()["code"], (1, 22), answer)
        return api.wait(answer.json()["result"])

    def test_a_json_only_dialect_fetches_its_picture_from_us(self):
        sandbox = self.sandbox()
        api = self.api(self.serve(config='[server]\napi_keys = ["sk-1"]\n'
                                  + backend(sandbox, "crazyrouter")), "sk-1")
        task = self.remix(api, "by address")
        self.assertEqual(task["status"], "SUCCESS", task)
        [call] = sandbox.calls()
        link = call["request"]["image_file"]
        self.assertTrue(link.startswith(f"{api.base}/mj/image/{task['id']}/"), link)
        # The simulator really read it; so can we, without a key. Nobody can make up another.
        self.assertEqual(ask(link).body, A_PNG)
        self.assertEqual(ask(link[:-1] + ("0" if link[-1] != "0" else "1")).status, 404)
        for number in (80, 90):
            self.assertEqual(ask(f"{api.base}/mj/image/{task['id']}/{number}").status, 404)

    def test_a_picture_that_cannot_be_read_is_refused_by_the_simulator(self):
        sandbox, port = self.sandbox(), closed_port()
        server = self.serve(
            f"--server.listen=127.0.0.1:{port}",
            config='[server]\npublic_url = "http://127.0.0.1:%d"\n' % closed_port()
                   + backend(sandbox, "crazyrouter"))
        server.url = f"http://127.0.0.1:{port}"
        api = self.api(server)
        task = self.remix(api, "nobody is there")
        self.assertEqual(task["properties"]["failCode"], "INVALID_REQUEST")
        wait_until(lambda: "image_file" in sandbox.calls()[0]["outcome"], "the refusal")
