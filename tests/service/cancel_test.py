"""POST /mj/task/{id}/cancel in every state of a task (contract 3)."""

import json

from .client import ERROR, ask
from .processes import run_imagined
from .scene import Scene, backend, open_picture

ALLOW = '[callback]\nallow = ["{}"]\n'


class Cancel(Scene):
    def cancel(self, api, task_id, headers=None):
        answer = api.ask(f"/mj/task/{task_id}/cancel", "POST", headers=headers)
        self.assertEqual(answer.status, 200, answer)
        return answer.json()

    def spent_today(self):
        told = run_imagined("queue", f"--config={self.directory}/imagined.toml", "--json",
                            directory=self.directory)
        self.assertEqual(told.returncode, 0, told.stderr)
        return json.loads(told.stdout)["spentTodayUsd"]

    def assert_cancelled(self, task, reason="取消任务"):
        self.assertEqual(
            (task["status"], task["progress"], task["failReason"], task["imageUrl"]),
            ("FAILURE", "100%", reason, None))
        self.assertEqual(task["properties"]["failCode"], "CANCELLED")
        self.assertEqual(task["buttons"], [])
        self.assertLessEqual(task["submitTime"], task["startTime"])
        self.assertLessEqual(task["startTime"], task["finishTime"])

    def test_a_waiting_task_never_reaches_a_backend_and_is_called_back_once(self):
        sandbox, sink = self.sandbox("--delay=1s"), self.sink()
        api = self.api(self.serve(
            config=ALLOW.format(sink.address) + backend(sandbox, concurrency=1)))
        running = api.accepted("runs")
        api.wait(running, "IN_PROGRESS")
        waiting = api.accepted("waits", notifyHook=sink.url)
        self.assertEqual(api.fetch(waiting)["status"], "NOT_START")

        self.assertEqual(self.cancel(api, waiting)["code"], 1)
        self.assert_cancelled(api.fetch(waiting))
        events = sink.wait_for_end(waiting)
        self.assertEqual([event["task"]["status"] for event in events], ["FAILURE"])
        self.assert_cancelled(events[0]["task"])
        self.assertEqual(api.wait(running)["status"], "SUCCESS")
        self.assertEqual({call["prompt"] for call in sandbox.calls()}, {"runs"})

    def test_a_call_in_flight_is_left_to_finish_and_its_pictures_are_kept(self):
        sandbox, sink = self.sandbox("--delay=2s"), self.sink()
        api = self.api(self.serve(config=(
            "[imagine]\nimages = 1\n" + ALLOW.format(sink.address) + backend(sandbox))))
        task_id = api.accepted("half way", notifyHook=sink.url)
        api.wait(task_id, "IN_PROGRESS")
        self.assertEqual(self.cancel(api, task_id)["code"], 1)
        self.assert_cancelled(api.fetch(task_id))
        self.assert_cancelled(sink.wait_for_end(task_id)[-1]["task"])
        self.assertEqual(sandbox.ledger()["in_flight"], 1, "the paid call was cut")

        url = f"{api.base}/mj/image/{task_id}/1"
        self.until(lambda: ask(url).status == 200, "the paid picture is kept")
        self.assertEqual(open_picture(ask(url).body).format, "PNG")
        task = api.fetch(task_id)
        self.assert_cancelled(task)
        ledger = sandbox.ledger()
        self.assertEqual(ledger["billed_calls"], 1)
        self.until(lambda: self.spent_today() > 0, "its cost is recorded")
        self.until(lambda: api.fetch(task_id)["properties"]["billed"] == "yes", "its bill is shown")
        self.assertGreater(api.fetch(task_id)["properties"]["cost"], 0)
        ends = [event for event in sink.events if event["task"]["status"] == "FAILURE"]
        self.assertEqual(len(ends), 1)

    def test_a_task_that_waits_for_its_modal_can_be_cancelled(self):
        sandbox, sink = self.sandbox(), self.sink()
        api = self.api(self.serve(config=ALLOW.format(sink.address) + backend(sandbox)))
        picked = api.submit("change", {
            "taskId": api.draw("a barn")["id"], "action": "UPSCALE", "index": 1})["result"]
        region = next(button["customId"] for button in api.wait(picked)["buttons"]
                      if "Inpaint" in button["customId"])
        asked = api.submit("action", {
            "taskId": picked, "customId": region, "notifyHook": sink.url})
        self.assertEqual(asked["code"], 21, asked)
        self.assertEqual(api.fetch(asked["result"])["status"], "MODAL")

        self.assertEqual(self.cancel(api, asked["result"])["code"], 1)
        self.assert_cancelled(api.fetch(asked["result"]))
        events = sink.wait_for_end(asked["result"])
        self.assertEqual([event["task"]["status"] for event in events], ["FAILURE"])
        late = api.submit("modal", {"taskId": asked["result"], "prompt": "a blue barn"})
        self.assert_refused(late)
        self.assert_cancelled(api.fetch(asked["result"]))

    def test_what_has_ended_cannot_be_cancelled_and_stays_as_it_is(self):
        sandbox = self.sandbox()
        sandbox.script({"prompt": "refused", "status": 400, "body": {"error": "no"}, "times": 9})
        api = self.api(self.serve(config=backend(sandbox)))
        drawn = api.draw("drawn")
        failed = api.wait(api.accepted("refused"))
        picked = api.wait(api.submit("action", {
            "taskId": drawn["id"], "customId": drawn["buttons"][0]["customId"]})["result"])
        for task in (drawn, failed, picked):
            with self.subTest(task["status"]):
                told = self.cancel(api, task["id"])
                self.assertEqual((told["code"], told["result"]), (4, None))
                self.assertTrue(told["description"])
                self.assertEqual(api.fetch(task["id"]), task)

    def test_the_reason_speaks_the_language_of_the_submit(self):
        sandbox = self.sandbox("--delay=2s")
        api = self.api(self.serve(config=backend(sandbox)))
        told = api.imagine("never mind", headers={"Accept-Language": "en"})
        self.cancel(api, told["result"], {"Accept-Language": "zh"})
        self.assert_cancelled(api.fetch(told["result"]), "Task cancelled")

    def test_the_place_in_the_queue_is_free_again(self):
        sandbox = self.sandbox("--delay=2s")
        api = self.api(self.serve(
            config="[worker]\nqueue_limit = 1\n" + backend(sandbox, concurrency=1)))
        api.wait(api.accepted("runs"), "IN_PROGRESS")
        waiting = api.accepted("waits")
        self.assertEqual(api.imagine("one too many")["code"], 23)
        self.cancel(api, waiting)
        self.assertEqual(api.imagine("takes its place")["code"], 22)

    def test_a_picture_of_a_cancelled_task_can_not_be_acted_on(self):
        sandbox = self.sandbox("--delay=1s")
        api = self.api(self.serve(config=backend(sandbox)))
        task_id = api.accepted("never mind")
        self.cancel(api, task_id)
        for what, body in (("change", {"taskId": task_id, "action": "UPSCALE", "index": 1}),
                           ("simple-change", {"content": f"{task_id} R"})):
            with self.subTest(what):
                self.assert_refused(api.submit(what, body))

    def test_an_unknown_task_is_404_behind_every_prefix(self):
        server = self.serve()
        for prefix in ("", "/v1", "/fast"):
            for task_id in ("1234567890123456", "nonsense"):
                with self.subTest(f"{prefix} {task_id}"):
                    answer = ask(f"{server.url}{prefix}/mj/task/{task_id}/cancel", "POST")
                    self.assertEqual(answer.status, 404, answer)
                    ERROR.validate(answer.json())
