"""OpenAI's images API: its own npm package, unchanged, against the built binary; what other clients
send; and a client that hangs up."""

import base64
import http.client
import io
import json
import threading
from urllib.parse import urlsplit

from PIL import Image

from . import node
from .client import ask
from .native_test import form, png
from .processes import wait_until
from .scene import A_PNG, Scene, backend, open_picture

KEY = "a-key-of-openai-clients"
SOURCES = node.SOURCES.with_name("npm22")
FOLDER = node.FOLDER.with_name(node.FOLDER.name + "22")
CONFIG = f"""
[server]
api_keys = ["{KEY}"]
[[caller]]
name = "other"
key = "a-key-of-another-one"
"""


def hole(size=(64, 64)):
    """A mask: the left half is transparent."""
    held = io.BytesIO()
    mask = Image.new("RGBA", size, (0, 0, 0, 255))
    mask.paste((0, 0, 0, 0), (0, 0, size[0] // 2, size[1]))
    mask.save(held, "PNG")
    return held.getvalue()


class OpenAiScene(Scene):
    def begin(self, *sandbox_arguments, **settings):
        self.box = self.sandbox(*(sandbox_arguments or ("--delay=50ms",)))
        self.server = self.serve(config=CONFIG + backend(self.box, **settings))
        return self.api(self.server, KEY)

    def post(self, path, body, key=KEY, **headers):
        headers = {"Authorization": f"Bearer {key}",
                   **{name.replace("_", "-"): value for name, value in headers.items()}}
        return ask(f"{self.server.url}/v1/{path}", "POST", body, headers, limit=60)

    def error(self, answer, status):
        self.assertEqual(answer.status, status, answer)
        error = answer.json()["error"]
        self.assertEqual(sorted(error), ["code", "message", "param", "type"])
        return error


class Package(OpenAiScene):
    """The `openai` package."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        node.install(SOURCES, FOLDER)

    def asked(self, what, **wish):
        (self.directory / "image.png").write_bytes(A_PNG)
        (self.directory / "mask.png").write_bytes(hole())
        return json.loads(node.run(
            "openai.cjs", self.server.url, KEY, what, json.dumps(wish),
            directory=self.directory, sources=SOURCES, folder=FOLDER, newer=True))

    def told(self, what, **wish):
        answer = self.asked(what, **wish)
        self.assertNotIn("error", answer)
        return answer["told"]

    def test_generates_as_addresses_and_as_base64(self):
        self.begin()
        told = self.told("generate", model="dall-e-3", prompt="a glass of tea", n=2,
                         size="1792x1024", quality="hd")
        self.assertEqual(len(told["data"]), 2)
        for one in told["data"]:
            self.assertGreater(open_picture(ask(one["url"]).body).width, 0)
            self.assertTrue(one["revised_prompt"])
        [call] = self.box.calls()
        self.assertEqual(call["request"]["rendering_speed"], "QUALITY")
        told = self.told("generate", model="gpt-image-1", prompt="a pot", output_format="webp",
                         background="transparent")
        picture = open_picture(base64.b64decode(told["data"][0]["b64_json"]))
        self.assertEqual(picture.format, "WEBP")
        self.assertEqual((told["background"], told["output_format"]), ("transparent", "webp"))

    def test_streams_edits_varies_and_lists(self):
        self.begin()
        [event] = self.told("stream", model="gpt-image-1", prompt="a tree")
        self.assertEqual(event["type"], "image_generation.completed")
        open_picture(base64.b64decode(event["b64_json"]))
        told = self.told("edit", model="gpt-image-1", prompt="a hat", image="image.png",
                         mask="mask.png")
        open_picture(base64.b64decode(told["data"][0]["b64_json"]))
        self.assertTrue(self.box.calls()[-1]["path"].endswith("inpaint"))
        self.told("edit", model="gpt-image-1", prompt="together", image=["image.png", "image.png"])
        told = self.told("vary", image="image.png", n=2, model="dall-e-2")
        self.assertEqual(len(told["data"]), 2)
        names = [one["id"] for one in self.told("models")]
        self.assertIn("ideogram-v3", names)
        self.assertEqual(self.told("model", model="ideogram-v3")["object"], "model")

    def test_errors_are_typed(self):
        self.begin()
        error = self.asked("generate", prompt="a", model="flux")["error"]
        self.assertEqual((error["kind"], error["code"], error["param"]),
                         ("NotFoundError", "model_not_found", "model"))
        error = self.asked("generate", prompt="a", size="huge")["error"]
        self.assertEqual((error["kind"], error["param"]), ("BadRequestError", "size"))
        self.box.script({"status": 422, "body": {"error": "Prompt failed the safety check"}})
        error = self.asked("generate", prompt="something bad")["error"]
        self.assertEqual((error["status"], error["code"]), (400, "content_policy_violation"))

    def test_an_unknown_outcome_is_told_once_and_never_repeated(self):
        self.begin()
        self.box.script({"drop": "after_read"})
        error = self.asked("generate", prompt="a dropped one", client={"maxRetries": 3})["error"]
        self.assertEqual((error["status"], error["code"]), (504, "server_error"))
        self.assertEqual(len(self.box.calls()), 1)

    def test_a_package_that_loses_patience_and_repeats_pays_once(self):
        self.begin("--delay=3s")
        told = self.told("generate", prompt="a slow one",
                         client={"timeout": 1000, "maxRetries": 8})
        self.assertEqual(len(told["data"]), 1)
        self.assertEqual(len(self.box.calls()), 1)


class Requests(OpenAiScene):
    """What other clients send (Open WebUI, new-api, Cherry Studio, n8n), and what they read."""

    def test_open_webui(self):
        self.begin()
        answer = self.post("images/generations", {
            "model": "dall-e-2", "prompt": "a fox", "n": 1, "size": "512x512",
            "response_format": "b64_json"})
        self.assertEqual(answer.status, 200)
        open_picture(base64.b64decode(answer.json()["data"][0]["b64_json"]))
        body, headers = form(
            [("model", "dall-e-2"), ("prompt", "a hen"), ("n", "1"), ("response_format", "b64_json")],
            [("image[]", A_PNG), ("image[]", png((0, 0, 255)))])
        answer = self.post("images/edits", body, **headers)
        open_picture(base64.b64decode(answer.json()["data"][0]["b64_json"]))
        # Its own way with an address: the key goes along, and the picture is none of JSON.
        url = self.post("images/generations", {"prompt": "a fox", "model": "dall-e-3"}).json()
        picture = ask(url["data"][0]["url"], headers={"Authorization": f"Bearer {KEY}"})
        self.assertTrue(picture.headers["Content-Type"].startswith("image/"))

    def test_cherry_studio_and_new_api(self):
        self.begin()
        body, headers = form([("prompt", "a hen"), ("model", "gpt-image-1"), ("size", "auto"),
                              ("quality", "low"), ("background", "opaque"), ("moderation", "low")],
                             [("image", A_PNG), ("image", A_PNG)])
        answer = self.post("images/edits", body, **headers)
        self.assertEqual(answer.status, 200, answer)
        open_picture(base64.b64decode(answer.json()["data"][0]["b64_json"]))
        answer = self.post("images/generations", {
            "model": "ideogram-v2", "prompt": "a fox", "n": 1, "size": "1024x1536",
            "watermark": False, "extra_fields": {}})
        self.assertEqual(answer.status, 200, answer)
        self.assertIn("usage", answer.json())

    def test_more_pictures_than_one_call_draws_are_one_task_without_a_grid(self):
        api = self.begin()
        answer = self.post("images/generations", {"prompt": "many", "n": 10})
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual(len(answer.json()["data"]), 10)
        self.assertEqual(len({ask(one["url"]).body for one in answer.json()["data"]}), 10)
        self.assertEqual(len(self.box.calls()), 2)
        task = api.fetch(answer.headers["Imagined-Task-Id"])
        self.assertEqual(ask(task["imageUrl"]).body, ask(answer.json()["data"][0]["url"]).body)
        self.assertEqual(len(task["properties"]["pictures"]), 10)

    def test_up_to_four_have_a_grid_and_its_buttons(self):
        api = self.begin()
        answer = self.post("images/generations", {"prompt": "four", "n": 4})
        task = api.fetch(answer.headers["Imagined-Task-Id"])
        first = open_picture(ask(answer.json()["data"][0]["url"]).body)
        self.assertEqual(open_picture(ask(task["imageUrl"]).body).size,
                         (first.width * 2, first.height * 2))
        self.assertEqual(task["buttons"][0]["label"], "U1")

    def test_formats_are_converted_and_the_original_stays(self):
        api = self.begin()
        answer = self.post("images/generations", {"prompt": "a fox", "output_format": "jpeg",
                                                  "output_compression": 10})
        url = answer.json()["data"][0]["url"]
        self.assertEqual(open_picture(ask(url).body).format, "JPEG")
        task = api.fetch(answer.headers["Imagined-Task-Id"])
        self.assertEqual(open_picture(ask(task["imageUrl"]).body).format, "PNG")

    def test_asynchronous_with_a_hook(self):
        sink = self.sink()
        self.box = self.sandbox("--delay=50ms")
        self.server = self.serve(config=CONFIG + f'[callback]\nallow = ["{sink.address}"]\n'
                                 + backend(self.box))
        answer = self.post("images/generations?async=true", {
            "prompt": "later", "notifyHook": sink.url, "response_format": "b64_json"})
        self.assertEqual(answer.status, 202, answer)
        told = answer.json()
        self.assertEqual(told["id"], told["task_id"])
        self.assertIn(told["status"], ("queued", "in_progress", "completed"))
        path = f"{self.server.url}/v1/images/generations/{told['id']}"
        headers = {"Authorization": f"Bearer {KEY}"}
        wait_until(lambda: ask(path, headers=headers).json()["status"] == "completed", "drawn")
        data = ask(path, headers=headers).json()["data"]
        open_picture(base64.b64decode(data[0]["b64_json"]))
        sink.wait_for_end(told["id"])
        for key, status in (("a-key-of-another-one", 404), ("wrong", 401)):
            answer = ask(path, headers={"Authorization": f"Bearer {key}"})
            self.error(answer, status)

    def test_a_client_that_hangs_up_loses_nothing(self):
        api = self.begin("--delay=1s")
        parts = urlsplit(self.server.url)
        link = http.client.HTTPConnection(parts.hostname, parts.port, timeout=10)
        body = json.dumps({"prompt": "left alone"})
        headers = {"Authorization": f"Bearer {KEY}", "Idempotency-Key": "mine",
                   "Content-Type": "application/json"}
        link.request("POST", "/v1/images/generations", body, headers)
        wait_until(lambda: self.box.ledger()["calls"], "a call")
        link.close()
        [task] = api.ask("/mj/task/list").json()
        self.assertEqual(api.wait(task["id"])["status"], "SUCCESS")
        again = ask(f"{self.server.url}/v1/images/generations", "POST", body, headers)
        self.assertEqual(again.headers["Imagined-Task-Id"], task["id"])
        self.assertEqual(again.headers["Idempotent-Replayed"], "true")
        self.assertEqual(len(self.box.calls()), 1)
        other = self.post("images/generations", {"prompt": "another"}, Idempotency_Key="mine")
        self.assertEqual(self.error(other, 422)["code"], "idempotency_key_reused")

    def test_repetitions_join_over_processes_of_one_redis(self):
        redis = self.redis()
        self.box = self.sandbox("--delay=2s")
        config = CONFIG + f"""[redis]\nurl = "{redis.url}"\n[data]\ndir = "{self.directory}/data"\n"""
        servers = [self.serve(config=config + backend(self.box),
                              name=f"process{i}") for i in range(2)]
        ids = []

        def draw(server, count):
            answer = ask(f"{server.url}/v1/images/generations", "POST", {"prompt": "twice"},
                         {"Authorization": f"Bearer {KEY}", "X-Stainless-Retry-Count": count})
            ids.append(answer.headers["Imagined-Task-Id"])
        first = threading.Thread(target=draw, args=(servers[0], "0"))
        first.start()
        wait_until(lambda: self.box.ledger()["calls"], "a call")
        draw(servers[1], "1")
        first.join()
        self.assertEqual(ids[0], ids[1])
        self.assertEqual(len(self.box.calls()), 1)
