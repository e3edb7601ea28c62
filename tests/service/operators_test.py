"""What operators pause, limit and forget, over processes and restarts; what clients are told; and
the list of who did what."""

from .client import ask
from .live_test import PROBLEM, component
from .scene import Scene, backend

OPERATOR, BOT = "the-operator", "the-bot"
CALLERS = (f'[server]\napi_keys = ["{OPERATOR}"]\n'
           f'[[caller]]\nname = "bot"\nkey = "{BOT}"\n')
SHAPES = {path: component(name) for path, name in (
    ("queue", "QueueSwitches"), ("channels", "Channels"), ("activity", "Activity"))}
CHANNEL = component("Channel")


class Operators(Scene):
    def shared(self, upstream, **more):
        redis = self.redis()
        return (CALLERS + f'[redis]\nurl = "{redis.url}"\n[data]\ndir = "{self.directory}/data"\n'
                + backend(upstream, **more))

    def admin(self, server, path, method="GET", body=None, expect=200):
        answer = ask(f"{server.url}/v1/admin/{path}", method, body,
                     {"Authorization": f"Bearer {OPERATOR}"})
        self.assertEqual(answer.status, expect, answer)
        told = answer.json()
        if expect != 200:
            PROBLEM.validate(told)
        elif path.split("?")[0] in SHAPES:
            SHAPES[path.split("?")[0]].validate(told)
        else:
            CHANNEL.validate(told)
        return told

    def metrics(self, server):
        return ask(f"{server.url}/metrics", headers={"Authorization": f"Bearer {OPERATOR}"}
                   ).body.decode()

    def test_a_paused_queue_lets_tasks_wait_everywhere_and_after_a_restart(self):
        upstream = self.sandbox()
        config = self.shared(upstream)
        one = self.serve(config=config, name="one")
        two = self.serve(config=config, name="two")
        self.assertEqual(self.admin(one, "queue", "PATCH", {"dispatch": "paused"})["dispatch"],
                         "paused")
        api = self.api(two, BOT)
        told = api.imagine("waits")
        self.assertEqual(told["code"], 22)
        self.assert_ends_well(one)
        one = self.serve(config=config, name="one")
        self.assertEqual(self.admin(one, "queue")["dispatch"], "paused")
        self.assertIn('imagined_paused{what="dispatch"} 1', self.metrics(one))
        self.assertEqual(ask(one.url + "/readyz").status, 200)
        self.assertEqual(api.fetch(told["result"])["status"], "NOT_START")
        self.assertEqual(upstream.calls(), [])
        self.admin(two, "queue", "PATCH", {"dispatch": "running"})
        self.assertEqual(api.wait(told["result"])["status"], "SUCCESS")

    def test_a_paused_intake_refuses_in_the_words_of_each_api(self):
        server = self.serve(config=self.shared(self.sandbox()))
        api = self.api(server, BOT)
        first = api.imagine("once", headers={"Idempotency-Key": "k"})
        self.assertEqual(first["code"], 1)
        self.admin(server, "queue", "PATCH", {"intake": "paused"})
        again = api.imagine("once", headers={"Idempotency-Key": "k"})
        self.assertEqual(again["result"], first["result"])
        refused = api.ask("/mj/submit/imagine", "POST", {"prompt": "a fox"})
        self.assertEqual(refused.status, 200)
        self.assertEqual(refused.headers["Retry-After"], "30")
        told = api.imagine("a fox")
        self.assertEqual((told["code"], told["result"]), (23, None))
        self.assertEqual(told["properties"]["intake"], "paused")
        live = api.ask("/v1/tasks", "POST", {"prompt": "a fox"})
        self.assertEqual(live.status, 503)
        self.assertEqual(live.headers["Retry-After"], "30")
        PROBLEM.validate(live.json())
        self.assertEqual(live.json()["type"], "urn:imagined:problem:intake-paused")
        self.assertTrue(live.json()["retryable"])
        drawn = api.ask("/generate", "POST", {"image_request": {"prompt": "a fox"}})
        self.assertEqual(drawn.status, 503)
        self.assertIn("error", drawn.json())
        self.assertEqual(api.wait(first["result"])["status"], "SUCCESS")
        self.admin(server, "queue", "PATCH", {"intake": "open"})
        self.assertEqual(api.imagine("a fox")["code"], 1)

    def test_a_paused_channel_is_not_asked_and_its_place_is_taken_by_another(self):
        dear, spare = self.sandbox(), self.sandbox()
        config = self.shared(dear) + backend(spare, dialect="camel", priority=5)
        server = self.serve(config=config)
        api = self.api(server, BOT)
        channel = self.admin(server, "channels/official-1", "PATCH", {"paused": True})
        self.assertEqual(channel["slots"][0]["state"], "paused")
        self.assertEqual(api.wait(api.accepted("by the spare one"))["status"], "SUCCESS")
        self.assertEqual((len(dear.calls()), len(spare.calls())), (0, 1))
        slot = channel["slots"][0]["name"]
        self.admin(server, f"channels/{slot}", "PATCH", {"paused": True})
        self.admin(server, "channels/official-1", "PATCH", {"paused": False})
        self.assertEqual(api.wait(api.accepted("by the spare one again"))["status"], "SUCCESS")
        self.assertEqual((len(dear.calls()), len(spare.calls())), (0, 2))
        self.admin(server, f"channels/{slot}", "PATCH", {"paused": False})
        self.assertEqual(api.wait(api.accepted("by the dear one"))["status"], "SUCCESS")
        self.assertEqual((len(dear.calls()), len(spare.calls())), (1, 2))

    def test_a_limit_is_of_all_processes(self):
        upstream = self.sandbox("--delay=200ms")
        config = self.shared(upstream, concurrency=5)
        servers = [self.serve(config=config, name=name) for name in ("one", "two")]
        self.admin(servers[0], "channels/official-1", "PATCH", {"limit": 1})
        apis = [self.api(server, BOT) for server in servers]
        ids = [apis[i % 2].accepted(f"number {i}") for i in range(6)]
        for task_id in ids:
            self.assertEqual(apis[0].wait(task_id)["status"], "SUCCESS")
        self.assertEqual(upstream.ledger()["max_in_flight"], 1)
        told = self.admin(servers[1], "channels/official-1", "PATCH", {"limit": None})
        self.assertEqual(told["slots"][0]["limit"], 5)

    def test_a_reset_lets_a_key_that_is_left_alone_be_asked_at_once(self):
        upstream = self.sandbox()
        server = self.serve(config=self.shared(upstream))
        api = self.api(server, BOT)
        upstream.script({"status": 401})
        waiting = api.accepted("refused first")

        def slot():
            return self.admin(server, "channels")["channels"][0]["slots"][0]
        self.until(lambda: slot()["state"] == "disabled", "the key is out of use")
        self.admin(server, "channels/official-1/reset", "POST")
        self.assertEqual(api.wait(waiting)["status"], "SUCCESS")
        done = self.admin(server, "activity")["actions"][0]
        self.assertEqual((done["what"], done["of"], done["before"], done["after"]),
                         ("reset", "official-1", "disabled", "ok"))

    def test_what_was_done_is_told_and_nobody_else_may_do_it(self):
        server = self.serve(config=self.shared(self.sandbox()))
        self.admin(server, "queue", "PATCH", {"intake": "paused"})
        self.admin(server, "queue", "PATCH", {"intake": "paused"})
        self.admin(server, "channels/official-1", "PATCH", {"limit": 3})
        told = self.admin(server, "activity?limit=5")["actions"]
        self.assertEqual([(one["who"], one["what"], one["before"], one["after"]) for one in told],
                         [("operator", "limit", None, 3), ("operator", "intake", "open", "paused")])
        bot = self.api(server, BOT)
        for path, method in (("queue", "PATCH"), ("channels/official-1", "PATCH"),
                             ("channels/official-1/reset", "POST"), ("activity", "GET")):
            answer = bot.ask(f"/v1/admin/{path}", method, {"intake": "open"} if method != "GET"
                             else None)
            self.assertEqual(answer.status, 403, path)
        self.assertEqual(self.admin(server, "queue")["intake"], "paused")
        for path, body, word in (("queue", {"intake": "shut"}, "intake"),
                                 ("channels/official-1", {"limit": "many"}, "limit")):
            told = self.admin(server, path, "PATCH", body, expect=400)
            self.assertIn(word, told["detail"])
        self.admin(server, "channels/nobody", "PATCH", {"paused": True}, expect=404)
