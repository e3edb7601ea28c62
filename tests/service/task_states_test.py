"""A task as it is told in every state (contract 3), and why it failed."""

import socket
import time

from .client import Api, ask
from .scene import Scene, backend

ORDER = ["NOT_START", "SUBMITTED", "IN_PROGRESS", "SUCCESS"]
KEYS = {"id", "action", "status", "prompt", "promptEn", "description", "state", "submitTime",
        "startTime", "finishTime", "imageUrl", "progress", "failReason", "properties", "buttons",
        "imageUrls", "mode", "parentId", "seed"}
NOBODY = "http://127.0.0.1:1"


class States(Scene):
    def test_a_waiting_task_has_every_key_and_nothing_to_show(self):
        sandbox = self.sandbox("--delay=2s")
        api = self.api(self.serve(config=backend(sandbox, concurrency=1)))
        api.wait(api.accepted("takes the slot"), "IN_PROGRESS")
        before = int(time.time() * 1000)
        task = api.fetch(api.accepted("waits --ar 16:9", state='{"a":"b"}'))
        self.assertLessEqual(KEYS, set(task))
        self.assertEqual(task["status"], "NOT_START")
        for name in ("progress", "startTime", "finishTime", "imageUrl", "imageUrls", "failReason",
                     "parentId", "mode", "seed"):
            self.assertIsNone(task[name], name)
        self.assertEqual(task["buttons"], [])
        self.assertEqual(task["state"], '{"a":"b"}')
        self.assertEqual(task["description"], "/imagine waits --ar 16:9")
        self.assertEqual((task["prompt"], task["promptEn"]), ("waits --ar 16:9",) * 2)
        self.assertLess(abs(task["submitTime"] - before), 5000)

    def test_status_and_progress_never_step_back_and_the_end_has_its_picture(self):
        sandbox = self.sandbox("--delay=1s")
        api = self.api(self.serve(config=backend(sandbox, concurrency=2)))
        tasks = [api.accepted(f"number {n}") for n in range(3)]
        seen = {task_id: [] for task_id in tasks}
        while any(not told or told[-1][0] != "SUCCESS" for told in seen.values()):
            found = api.ask("/mj/task/list-by-condition", "POST", {"ids": tasks}).json()
            self.assertEqual(len(found), 3)
            for task in found:
                seen[task["id"]].append((task["status"], task["progress"]))
                self.assertLessEqual(KEYS, set(task))
                if task["status"] == "SUCCESS":
                    self.assertEqual(task["progress"], "100%")
                    self.assertEqual(ask(task["imageUrl"]).status, 200)
                else:
                    self.assertIsNone(task["imageUrl"])
        for told in seen.values():
            places = [ORDER.index(status) for status, _ in told]
            self.assertEqual(places, sorted(places))
            numbers = [int((progress or "0%").rstrip("%")) for _, progress in told]
            self.assertEqual(numbers, sorted(numbers))
            for status, progress in told:
                if status == "NOT_START":
                    self.assertIsNone(progress)
                if status == "SUBMITTED":
                    self.assertEqual(progress, "0%")
                if status != "SUCCESS":
                    self.assertNotEqual(progress, "100%")

    def test_the_url_of_a_picture_is_the_public_one(self):
        with socket.create_server(("127.0.0.1", 0)) as free:
            listen = f"127.0.0.1:{free.getsockname()[1]}"
        self.serve(f"--server.listen={listen}",
                   "--server.public_url=https://pictures.example/base/")
        task = Api(f"http://{listen}").draw("elsewhere")
        stem = f"https://pictures.example/base/mj/image/{task['id']}"
        self.assertEqual(task["imageUrl"], stem)
        self.assertEqual([entry["url"] for entry in task["imageUrls"]],
                         [f"{stem}/{n}" for n in (1, 2, 3, 4)])
        self.assertTrue(task["imageUrls"][0]["thumbnail"].startswith(stem + "/1?"))

    def test_the_seed_is_a_text_of_digits_and_the_one_asked_for(self):
        api = self.api(self.serve())
        task = api.draw("a die --seed 4711")
        self.assertEqual(task["seed"], "4711")
        told = api.ask(f"/mj/task/{task['id']}/image-seed").json()
        self.assertEqual((told["code"], told["result"]), (1, "4711"))


class Failures(Scene):
    def assert_failed(self, task, code):
        self.assertEqual((task["status"], task["progress"]), ("FAILURE", "100%"), task)
        self.assertTrue(task["failReason"])
        self.assertIsNone(task["imageUrl"])
        self.assertEqual(task["buttons"], [])
        self.assertEqual(task["properties"]["failCode"], code)

    def test_each_kind_of_refusal_has_its_code(self):
        sandbox = self.sandbox()
        gone = {"created": "2026-01-01T00:00:00Z", "data": [
            {"url": f"{sandbox.url}/gone.png", "is_image_safe": True, "prompt": "p",
             "resolution": "1024x1024", "seed": 1, "style_type": "GENERAL"}]}
        refusals = (
            ({"status": 400, "body": {"error": "bad field"}}, "INVALID_REQUEST"),
            ({"status": 413, "body": {"error": "too large"}}, "INVALID_REQUEST"),
            ({"status": 422, "body": {"error": "failed safety check"}}, "CONTENT_REJECTED"),
            ({"unsafe": "all"}, "CONTENT_REJECTED"),
            ({"status": 200, "body": gone}, "NO_PICTURE"),
            ({"status": 500, "body": {"error": "oops"}}, "AMBIGUOUS_UPSTREAM_OUTCOME"),
            ({"drop": "after_read"}, "AMBIGUOUS_UPSTREAM_OUTCOME"),
            ({"truncate": True}, "AMBIGUOUS_UPSTREAM_OUTCOME"))
        sandbox.script(*({**script, "prompt": f"refusal{n}", "times": 9}
                         for n, (script, _) in enumerate(refusals)))
        api = self.api(self.serve(config="[imagine]\nimages = 1\n" + backend(sandbox)))
        tasks = [api.accepted(f"refusal{n}") for n in range(len(refusals))]
        for task_id, (script, code) in zip(tasks, refusals, strict=True):
            with self.subTest(str(script)):
                self.assert_failed(api.wait(task_id), code)

    def test_a_task_that_nobody_takes_in_time_is_a_timeout(self):
        config = '[worker]\ntask_timeout = "2s"\n'
        api = self.api(self.serve(config=config + backend(self.sandbox(), base_url=NOBODY)))
        self.assert_failed(api.wait(api.accepted("in vain")), "TIMEOUT")
