"""new-api as relay: its strict decoder, its poller, its rewriting and its refunds."""

import base64
import json
import time

from .clients.new_api import SUBMITTED, TASK, UPLOADED, CannotDecode, Relay, decode
from .scene import A_PNG, Scene, backend

POLL_LIMIT = 60
KEY = "the channel's key"
REFUSED = {"prompt": "withheld", "times": 99, "status": 422,
           "body": {"error": "Prompt provided failed safety check"}}


class Decoder(Scene):
    """The stand-in is as strict as the original."""

    def test_null_is_nothing_and_unknown_names_are_skipped(self):
        task = decode('{"id":"1","submitTime":null,"properties":null,"new":[{}]}', TASK)
        self.assertEqual((task["id"], task["submitTime"]), ("1", 0))

    def test_one_wrong_type_is_one_too_many(self):
        for text in ('[{"id":1}]', '[{"id":"1"},{"id":"2","startTime":"3"}]', '[{"startTime":1.0}]',
                     '[{"imageURL":7}]', '[{"videoUrls":["u"]}]', '[{"properties":[]}]',
                     '[{"properties":{"finalPrompt":1}}]', '{"id":"1"}', '[{"state":{}}]', "[1]",
                     '[{"progress":12}]', '[{"submitTime":9223372036854775808}]'):
            with self.subTest(text), self.assertRaises(CannotDecode):
                decode(text, [TASK])
        with self.assertRaises(CannotDecode):
            decode('{"code":1,"description":"","result":1689231405853400}', SUBMITTED)


class Polling(Scene):
    def relay(self, *sandbox_arguments, script=(), config="", **settings):
        sandbox = self.sandbox(*sandbox_arguments)
        sandbox.script(*script)
        server = self.serve(config=(
            f'[server]\napi_keys = ["{KEY}"]\n' + config + backend(sandbox, **settings)))
        return Relay(self.api(server, KEY))

    def poll_until_all_have_ended(self, relay):
        end = time.monotonic() + POLL_LIMIT
        while relay.unfinished():
            relay.poll()
            self.assertLess(time.monotonic(), end, relay.tasks)
            time.sleep(0.05)

    def test_a_channel_of_tasks_in_every_state_ends_as_it_should(self):
        relay = self.relay("--delay=1s", script=[REFUSED], concurrency=6)
        grid = relay.submit("imagine", {"prompt": "a weather vane", "state": "a:1"})["result"]
        self.poll_until_all_have_ended(relay)
        button = relay.tasks[grid]["buttons"][0]["customId"]
        picked = relay.submit("action", {"taskId": grid, "customId": button})["result"]
        varied = relay.submit("change", {"taskId": grid, "action": "VARIATION", "index": 2})
        failing = relay.submit("imagine", {"prompt": "a withheld vane"})["result"]
        waiting = [relay.submit("imagine", {"prompt": f"vane {n}"})["result"] for n in range(4)]
        unwanted = waiting.pop()
        self.assertEqual(
            relay.api.ask(f"/mj/task/{unwanted}/cancel", "POST", {}).json()["code"], 1)
        self.poll_until_all_have_ended(relay)

        self.assertEqual(sorted(relay.refunded), sorted([failing, unwanted]))
        for task_id in (grid, picked, varied["result"], *waiting):
            with self.subTest(task_id):
                task = relay.tasks[task_id]
                self.assertEqual((task["status"], task["failReason"]), ("SUCCESS", ""))
                self.assertTrue(task["imageUrl"])
                self.assertLessEqual(task["submitTime"], task["startTime"])
                self.assertLessEqual(task["startTime"], task["finishTime"])
        for task_id in (failing, unwanted):
            self.assertTrue(relay.tasks[task_id]["failReason"])

    def test_a_thousand_ids_are_answered_in_time_with_those_that_exist(self):
        relay = self.relay()
        known = [relay.submit("imagine", {"prompt": f"number {n}"})["result"] for n in range(5)]
        ids = [str(1234567890123456 + n) for n in range(1000)] + known + ["", "no id", None]
        began = time.monotonic()
        answer = relay.api.ask("/mj/task/list-by-condition", "POST", {"ids": ids})
        self.assertLess(time.monotonic() - began, 15)
        self.assertEqual(answer.status, 200)
        told = decode(answer.body, [TASK])
        self.assertEqual(sorted(task["id"] for task in told), sorted(known))

    def test_code_22_is_rewritten_as_text(self):
        relay = self.relay("--delay=2s", concurrency=1)
        first = relay.submit("imagine", {"prompt": "takes the slot"})
        relay.api.wait(first["result"], "IN_PROGRESS")
        answer = relay.api.ask("/mj/submit/imagine", "POST", {"prompt": "waits"})
        self.assertIn(b'{"code":22,', answer.body)
        told = relay.submit("imagine", {"prompt": "waits too"})
        self.assertEqual(told["code"], 1)
        self.assertIsInstance(told["result"], str)

    def test_a_modal_passes_through_it_under_one_id(self):
        relay = self.relay()
        grid = relay.submit("imagine", {"prompt": "a weather vane"})["result"]
        self.poll_until_all_have_ended(relay)
        u1 = relay.tasks[grid]["buttons"][0]["customId"]
        picked = relay.submit("action", {"taskId": grid, "customId": u1})["result"]
        self.poll_until_all_have_ended(relay)
        custom_zoom = next(button["customId"] for button in relay.tasks[picked]["buttons"]
                           if "CustomZoom" in button["customId"])
        told = relay.submit("action", {"taskId": picked, "customId": custom_zoom})
        self.assertEqual(told["code"], 1, "21 was not rewritten")
        self.assertIn("confirm", told["description"])
        # Both as texts would mean to it that the task has ended with that picture.
        self.assertFalse({"imageUrl", "status"} <= set(told["properties"]))
        asked = told["result"]
        relay.poll()
        self.assertEqual(relay.tasks[asked]["status"], "MODAL")
        self.assertEqual(relay.unfinished(), [asked])
        answered = relay.submit("modal", {"taskId": asked, "prompt": "a weather vane --zoom 1.5"})
        self.assertEqual((answered["code"], answered["result"]), (1, asked))
        self.poll_until_all_have_ended(relay)
        self.assertEqual(relay.tasks[asked]["status"], "SUCCESS")
        self.assertEqual(relay.refunded, [])

    def test_what_is_refused_neither_charges_nor_disables(self):
        relay = self.relay()
        for what, body in (
                ("imagine", {"prompt": ""}), ("imagine", {"prompt": "x --frobnicate"}),
                ("imagine", {"prompt": "x", "base64Array": ["?"]}),
                ("change", {"taskId": "1234567890123456", "action": "UPSCALE", "index": 1}),
                ("action", {"taskId": "1234567890123456", "customId": "MJ::JOB::reroll::0::x"}),
                ("action", {"taskId": "1234567890123456", "customId": "nonsense"}),
                ("modal", {"taskId": "1234567890123456"}), ("video", {"prompt": "x"}),
                ("simple-change", {"content": "x"})):
            with self.subTest(f"{what} {body}"):
                told = relay.submit(what, body)
                self.assertEqual((told["code"], told["result"]), (4, None))
        self.assertTrue(relay.enabled)
        self.assertEqual(relay.tasks, {})

    def test_callbacks_decode_too(self):
        sink = self.sink()
        relay = self.relay("--delay=1s", script=[REFUSED],
                           config=f'[callback]\nallow = ["{sink.address}"]\n')
        for prompt in ("a vane", "a withheld vane"):
            hook = {"prompt": prompt, "notifyHook": sink.url}
            sink.wait_for_end(relay.submit("imagine", hook)["result"])
        for event in sink.events:
            task = decode(event["raw"], TASK)
            self.assertIn(task["id"], relay.tasks)
            self.assertEqual(bool(task["failReason"]), task["status"] == "FAILURE")

    def test_an_upload_has_a_decoder_of_its_own(self):
        relay = self.relay()
        body = {"base64Array": [base64.b64encode(A_PNG).decode()] * 2}
        answer = relay.api.ask("/mj/submit/upload-discord-images", "POST", body)
        told = decode(answer.body, UPLOADED)
        self.assertEqual((told["code"], len(told["result"])), (1, 2))
        refused = relay.api.ask("/mj/submit/upload-discord-images", "POST", {"base64Array": ["?"]})
        self.assertEqual(decode(refused.body, UPLOADED)["code"], 4)

    def test_error_bodies_decode_as_answers(self):
        relay = self.relay()
        for method, path, body in (
                ("GET", "/mj/task/1234567890123456/fetch", None), ("GET", "/mj/nothing", None),
                ("DELETE", "/mj/submit/imagine", None), ("POST", "/mj/submit/imagine", b"{")):
            with self.subTest(f"{method} {path}"):
                answer = relay.api.ask(path, method, body)
                self.assertGreaterEqual(answer.status, 400)
                told = decode(answer.body, SUBMITTED)
                self.assertEqual((told["code"], told["result"]), (4, ""))
                self.assertTrue(told["description"])

    def test_the_batch_stays_small_enough_for_java_buffers(self):
        # Spring caps what it keeps of an answer at 256 KiB; a batch of finished tasks must fit.
        relay = self.relay()
        grid = relay.submit("imagine", {"prompt": "one of many"})["result"]
        relay.api.wait(grid)
        answer = relay.api.ask("/mj/task/list-by-condition", "POST", {"ids": [grid]})
        self.assertLess(len(json.dumps(answer.json())), 262144 // 50)
