"""From nothing to a picture, and to what can be done with it."""

import json

from .client import ask
from .scene import Scene, backend, open_picture, quarters


class FirstPicture(Scene):
    def test_the_built_in_sandbox_draws_a_grid_of_four_different_pictures(self):
        server = self.serve()
        api = self.api(server)
        task = api.draw("a red fox in fresh snow", state="room:7")

        self.assertEqual(task["action"], "IMAGINE")
        self.assertEqual(task["prompt"], "a red fox in fresh snow")
        self.assertEqual(task["state"], "room:7")
        self.assertEqual(task["progress"], "100%")
        self.assertEqual(task["imageUrl"], f"{server.url}/mj/image/{task['id']}")
        self.assertEqual([b["label"] for b in task["buttons"][:4]], ["U1", "U2", "U3", "U4"])

        answer = ask(task["imageUrl"])
        self.assertEqual(answer.headers["Content-Type"], "image/jpeg")
        grid = open_picture(answer.body)
        self.assertEqual(grid.format, "JPEG")
        cells = quarters(grid)
        for i, cell in enumerate(cells):
            for other in cells[i + 1:]:
                self.assertNotEqual(cell.tobytes(), other.tobytes())

        self.assertEqual(len(task["imageUrls"]), 4)
        for entry in task["imageUrls"]:
            self.assertEqual(open_picture(ask(entry["url"]).body).format, "PNG")
            thumbnail = open_picture(ask(entry["thumbnail"]).body)
            self.assertLessEqual(max(thumbnail.size), 512)

    def test_the_originals_are_kept_byte_for_byte(self):
        sandbox = self.sandbox()
        api = self.api(self.serve(config=backend(sandbox)))
        task = api.draw("a paper boat --seed 77")

        calls = sorted(sandbox.calls(), key=lambda call: int(call["request"]["seed"]))
        for call, entry in zip(calls, task["imageUrls"], strict=True):
            [original] = sandbox.repeat(call, {"Api-Key": "another"})
            self.assertEqual(ask(entry["url"]).body, original)

    def test_u2_is_the_second_picture_at_once_and_for_nothing(self):
        sandbox = self.sandbox()
        api = self.api(self.serve(config=backend(sandbox)))
        task = api.draw("a lighthouse")
        asked = len(sandbox.calls())

        custom_id = task["buttons"][1]["customId"]
        told = api.submit("action", {"taskId": task["id"], "customId": custom_id})
        self.assertEqual(told["code"], 1)
        picked = api.ended(told["result"])

        self.assertEqual(picked["status"], "SUCCESS")
        self.assertEqual(picked["action"], "UPSCALE")
        self.assertEqual(picked["parentId"], task["id"])
        self.assertEqual(
            ask(picked["imageUrl"]).body, ask(task["imageUrls"][1]["url"]).body)
        self.assertEqual(len(sandbox.calls()), asked)

    def test_change_and_simple_change_pick_pictures_too(self):
        api = self.api(self.serve())
        task = api.draw("a windmill")
        by_change = api.submit("change", {"taskId": task["id"], "action": "UPSCALE", "index": 3})
        by_words = api.submit("simple-change", {"content": f"{task['id']} U3"})
        third = ask(task["imageUrls"][2]["url"]).body
        for told in (by_change, by_words):
            self.assertEqual(ask(api.ended(told["result"])["imageUrl"]).body, third)

    def test_a_reroll_is_a_new_drawing_of_the_same_words(self):
        api = self.api(self.serve())
        task = api.draw("a teapot")
        told = api.submit("change", {"taskId": task["id"], "action": "REROLL"})
        again = api.wait(told["result"])
        self.assertEqual(again["status"], "SUCCESS")
        self.assertEqual(again["prompt"], "a teapot")
        self.assertNotEqual(ask(again["imageUrl"]).body, ask(task["imageUrl"]).body)

    def test_one_picture_is_itself(self):
        api = self.api(self.serve(config="[imagine]\nimages = 1\n"))
        task = api.draw("a single pear")
        self.assertIsNone(task["imageUrls"])
        self.assertEqual(open_picture(ask(task["imageUrl"]).body).format, "PNG")
        labels = [button["label"] for button in task["buttons"]]
        self.assertEqual([label for label in labels if label.startswith("U")], ["U1"])

    def test_two_pictures_leave_two_cells_white(self):
        api = self.api(self.serve(config='[imagine]\nimages = 2\ngrid_format = "png"\n'))
        task = api.draw("two plums")
        grid = open_picture(ask(task["imageUrl"]).body)
        self.assertEqual(grid.format, "PNG")
        cells = quarters(grid)
        self.assertNotEqual(cells[0].getextrema(), ((255, 255),) * 3)
        for cell in cells[2:]:
            self.assertEqual(cell.getextrema(), ((255, 255),) * 3)

    def test_pictures_answer_head_ranges_and_etags(self):
        api = self.api(self.serve())
        url = api.draw("a kite")["imageUrl"]
        whole = ask(url)
        head = ask(url, "HEAD")
        self.assertEqual(head.body, b"")
        self.assertEqual(int(head.headers["Content-Length"]), len(whole.body))
        part = ask(url, headers={"Range": "bytes=10-19"})
        self.assertEqual(part.status, 206)
        self.assertEqual(part.body, whole.body[10:20])
        same = ask(url, headers={"If-None-Match": whole.headers["ETag"]})
        self.assertEqual(same.status, 304)


class Tasks(Scene):
    def test_a_task_can_be_fetched_the_moment_its_submit_has_answered(self):
        sandbox = self.sandbox("--delay=2s")
        api = self.api(self.serve(config=backend(sandbox)))
        for _ in range(5):
            task = api.fetch(api.accepted("a quick look"))
            self.assertIn(task["status"], ("NOT_START", "SUBMITTED", "IN_PROGRESS"))
            self.assertIsNone(task["imageUrl"])

    def test_progress_never_falls_and_is_complete_only_with_the_picture(self):
        sandbox = self.sandbox("--delay=1s")
        api = self.api(self.serve(config=backend(sandbox)))
        task_id = api.accepted("a slow sunrise")
        seen = []
        while True:
            task = api.fetch(task_id)
            seen.append(int((task["progress"] or "0%").rstrip("%")))
            if task["status"] in ("SUCCESS", "FAILURE"):
                break
            self.assertLess(seen[-1], 100)
        self.assertEqual(seen, sorted(seen))
        self.assertEqual(ask(task["imageUrl"]).status, 200)

    def test_lists_hold_exactly_what_was_asked_for(self):
        api = self.api(self.serve())
        first, second = api.draw("one")["id"], api.draw("two")["id"]
        listed = api.ask("/mj/task/list").json()
        self.assertEqual([task["id"] for task in listed][:2], [second, first])
        chosen = api.ask("/mj/task/list-by-condition", "POST",
                         {"ids": [first, "9999999999999999", int(second)]}).json()
        self.assertEqual({task["id"] for task in chosen}, {first, second})
        for nothing in ({}, {"ids": []}, {"ids": None}):
            self.assertEqual(
                api.ask("/mj/task/list-by-condition", "POST", nothing).json(), [])
        self.assertEqual(api.ask("/mj/task/queue").json(), [])

    def test_the_id_is_a_string_and_under_v1_a_number(self):
        server = self.serve()
        text = self.api(server).imagine("as text")
        number = self.api(server, prefix="/v1").imagine("as number")
        self.assertRegex(text["result"], r"^\d{16}$")
        self.assertIsInstance(number["result"], int)
        self.assertGreater(number["result"], int(text["result"]))

    def test_the_path_selects_the_mode(self):
        server = self.serve()
        for prefix, mode in (("/mj-fast", "FAST"), ("/mj-relax", "RELAX"), ("/turbo", "TURBO"),
                             ("/anything", None), ("/mj", None)):
            with self.subTest(prefix):
                task_id = self.api(server, prefix=prefix).accepted("a mode")
                self.assertEqual(self.api(server).fetch(task_id)["mode"], mode)

    def test_submits_are_compact_json(self):
        # Relays replace `"code":22` as text.
        api = self.api(self.serve())
        answer = api.ask("/mj/submit/imagine", "POST", {"prompt": "compact"})
        self.assertEqual(
            answer.body.decode(),
            json.dumps(answer.json(), separators=(",", ":"), ensure_ascii=False))
        self.assertEqual(list(answer.json()), ["code", "description", "result", "properties"])

    def test_a_repeated_submit_with_one_key_is_one_task(self):
        sandbox = self.sandbox()
        api = self.api(self.serve(config=backend(sandbox)))
        key = {"Idempotency-Key": "order-1"}
        first = api.imagine("only once", headers=key)
        again = api.imagine("only once", headers=key)
        self.assertEqual(first["result"], again["result"])
        other = api.ask("/mj/submit/imagine", "POST", {"prompt": "something else"}, key)
        self.assertEqual(other.status, 422)
        api.wait(first["result"])
        self.assertEqual(sandbox.ledger()["billed_calls"], 1)

    def test_cancelling_ends_a_task_at_once(self):
        sandbox = self.sandbox("--delay=3s")
        api = self.api(self.serve(config=backend(sandbox)))
        task_id = api.accepted("never mind")
        told = api.ask(f"/mj/task/{task_id}/cancel", "POST", {})
        self.assertEqual(told.json()["code"], 1)
        task = api.fetch(task_id)
        self.assertEqual(task["status"], "FAILURE")
        self.assertEqual(task["progress"], "100%")
        self.assertEqual(task["failReason"], "取消任务")
        self.assertEqual(task["properties"]["failCode"], "CANCELLED")
        again = api.ask(f"/mj/task/{task_id}/cancel", "POST", {})
        self.assertEqual(again.json()["code"], 4)
