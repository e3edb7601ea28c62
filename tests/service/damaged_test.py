"""Pictures of a paid answer that are of no use, and files in data.dir that are none."""

import json
import os
import time
from pathlib import Path

from .client import ask
from .processes import run_imagined
from .scene import Scene, backend, open_picture, quarters

# The header of a WebP, 64x65, and nothing that could be decoded.
DAMAGED = "RIFF\x38\0\0\0WEBPVP8L\x2c\0\0\0/?\0\x10\0" + "\x7f" * 39


def spoiled(times):
    return {"operation": "picture", "status": 200, "body": DAMAGED, "times": times}


class Damaged(Scene):
    def setUp(self):
        super().setUp()
        self.upstream = self.sandbox()
        self.server = self.serve(
            config='[server]\nimage_links = "open"\n' + backend(self.upstream))
        self.client = self.api(self.server)

    def draw(self, damaged):
        self.upstream.script(spoiled(damaged))
        return self.client.wait(self.client.accepted(f"{damaged} damaged"))

    def labels(self, task, letter):
        return [b["label"] for b in task["buttons"] if b["label"][:1] == letter]

    def test_one_damaged_picture_of_four_leaves_three(self):
        task = self.draw(1)
        self.assertEqual(task["status"], "SUCCESS", task)
        [note] = task["properties"]["notes"]
        self.assertRegex(note, r"^3 of 4 pictures: picture [1-4] is damaged$")
        self.assertEqual(len(task["imageUrls"]), 3)
        pictures = [open_picture(ask(one["url"]).body).convert("RGB") for one in task["imageUrls"]]
        *cells, last = quarters(open_picture(ask(task["imageUrl"]).body))
        inside = last.crop((16, 16, last.width, last.height))  # the format blurs edges
        self.assertTrue(all(low > 250 for low, _ in inside.getextrema()), inside.getextrema())
        for cell, picture in zip(cells, pictures):
            there, wanted = (p.resize((1, 1)).getpixel((0, 0)) for p in (cell, picture))
            self.assertTrue(all(abs(a - b) < 12 for a, b in zip(there, wanted)), (there, wanted))
        self.assertEqual(self.labels(task, "U"), ["U1", "U2", "U3"])
        self.assertEqual(self.labels(task, "V"), ["V1", "V2", "V3"])
        for n, one in enumerate(task["imageUrls"], 1):
            picked = self.client.wait(self.client.submit("change", {
                "taskId": task["id"], "action": "UPSCALE", "index": n})["result"])
            self.assertEqual(picked["status"], "SUCCESS")
            self.assertEqual(ask(picked["imageUrl"]).body, ask(one["url"]).body)
        self.assertEqual(self.client.submit("change", {
            "taskId": task["id"], "action": "UPSCALE", "index": 4})["code"], 4)
        self.assertEqual(self.upstream.ledger()["billed_calls"], 1)

    def test_the_only_usable_picture_is_shown_itself(self):
        task = self.draw(3)
        self.assertEqual(task["status"], "SUCCESS", task)
        [note] = task["properties"]["notes"]
        self.assertRegex(note, r"^1 of 4 pictures: pictures .* are damaged$")
        self.assertEqual(self.labels(task, "U"), ["U1"])
        self.assertEqual(ask(task["imageUrl"]).body, ask(task["imageUrl"] + "/1").body)
        open_picture(ask(task["imageUrl"]).body)

    def test_without_a_usable_picture_the_task_fails(self):
        task = self.draw(4)
        self.assertEqual(task["status"], "FAILURE", task)
        self.assertEqual(task["properties"]["failCode"], "NO_PICTURE")
        self.assertEqual(task["properties"]["billed"], "yes")

    def test_a_pipe_among_the_pictures_blocks_nobody(self):
        task = self.client.draw("a pipe")
        folder = Path(self.directory) / "imagined-data/pictures"
        for n in range(5):
            [picture] = folder.glob(f"*/*/{task['id']}.{n}")
            picture.unlink()
            os.mkfifo(picture)
        began = time.monotonic()
        for n in range(5):
            for thumb in ("", "?thumb=1"):
                self.assertEqual(ask(f"{task['imageUrl']}/{n}{thumb}").status, 404)
        self.assertEqual(self.client.submit("change", {
            "taskId": task["id"], "action": "UPSCALE", "index": 1})["code"], 4)
        self.client.draw("nobody waits")
        self.assert_ends_well(self.server)
        self.assertLess(time.monotonic() - began, 30)


class Retried(Scene):
    """`task retry` of what was paid."""

    def test_the_paid_answer_is_taken(self):
        upstream = self.sandbox()
        server = self.serve(config=backend(upstream))
        client = self.api(server)
        upstream.script({"delay_ms": 1500})
        first = client.accepted("paid for nothing")
        client.wait(first, "IN_PROGRESS")
        client.ask(f"/mj/task/{first}/cancel", "POST")
        self.until(lambda: client.fetch(first)["properties"].get("billed") == "yes", "its bill")
        cancelled = client.fetch(first)
        self.assertGreater(cancelled["properties"]["cost"], 0)
        again = client.wait(self.retried(first))
        self.assertEqual(again["status"], "SUCCESS", again)
        self.assertEqual(again["prompt"], "paid for nothing")
        self.assertEqual(len(again["imageUrls"]), 4)
        self.assertEqual((again["properties"]["cost"], again["properties"]["billed"]), (0, "no"))
        self.assertEqual(len(upstream.calls()), 1)
        self.assertEqual(upstream.ledger()["billed_calls"], 1)
        for one in again["imageUrls"]:
            open_picture(ask(one["url"]).body)

    def test_where_its_pictures_are_gone_another_call_is_made_in_the_end(self):
        upstream = self.sandbox()
        client = self.api(self.serve(config="[imagine]\nimages = 1\n" + backend(upstream)))
        upstream.script({"operation": "picture", "status": 404, "times": 8})
        first = client.wait(client.accepted("gone"), limit=90)
        self.assertEqual(first["properties"]["failCode"], "NO_PICTURE", first)
        second = client.wait(self.retried(first["id"]), limit=90)
        self.assertEqual(second["properties"]["failCode"], "NO_PICTURE", second)
        self.assertEqual(len(upstream.calls()), 1, "the paid answer comes first")
        third = client.wait(self.retried(second["id"]))
        self.assertEqual(third["status"], "SUCCESS", third)
        self.assertEqual(len(upstream.calls()), 2)

    def retried(self, task_id):
        told = run_imagined("task", "retry", task_id, f"--config={self.directory}/imagined.toml",
                            "--json", directory=self.directory)
        self.assertEqual(told.returncode, 0, told.stderr)
        return json.loads(told.stdout)["id"]
