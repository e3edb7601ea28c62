"""Ideogram's own requests: asynchronous under /ideogram/submit, and the drop-in paths that answer
when the picture is there."""

import base64
import http.client
import io
import json
import subprocess
import threading
import uuid
from urllib.parse import urlsplit

from PIL import Image

from .client import ask
from .processes import wait_until
from .scene import A_PNG, Scene, backend, open_picture


def png(color=(200, 30, 30), size=(64, 64), mode="RGB"):
    held = io.BytesIO()
    Image.new(mode, size, color).save(held, "PNG")
    return held.getvalue()


def half_black(size=(64, 64)):
    """A mask: the left half is to be edited."""
    held = io.BytesIO()
    mask = Image.new("L", size, 255)
    mask.paste(0, (0, 0, size[0] // 2, size[1]))
    mask.save(held, "PNG")
    return held.getvalue()


def data_url(data):
    return "data:image/png;base64," + base64.b64encode(data).decode()


def form(fields=(), files=()):
    """A multipart body and its headers, as requests or curl -F would send them."""
    boundary = uuid.uuid4().hex
    body = b""
    for name, text in fields:
        body += (f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'
                 f"{text}\r\n").encode()
    for name, data in files:
        body += (f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; '
                 f'filename="{name}.png"\r\nContent-Type: image/png\r\n\r\n').encode()
        body += data + b"\r\n"
    body += f"--{boundary}--\r\n".encode()
    return body, {"Content-Type": f"multipart/form-data; boundary={boundary}"}


# One request an operation: JSON fields, and files by name.
OPERATIONS = {
    "generate": ({"prompt": "a red fox", "aspect_ratio": "16x9", "rendering_speed": "TURBO"}, {}),
    "remix": ({"prompt": "in watercolour", "image_weight": 70}, {"image": A_PNG}),
    "edit": ({"prompt": "a blue hat"}, {"image": A_PNG, "mask": half_black()}),
    "inpaint": ({"prompt": "a blue hat"}, {"image": A_PNG, "mask": half_black()}),
    "reframe": ({"resolution": "1280x800"}, {"image": A_PNG}),
    "replace-background": ({"prompt": "a beach"}, {"image": A_PNG}),
    "generate-transparent": ({"prompt": "a logo", "upscale_factor": "X2"}, {}),
    "upscale": ({"resemblance": 60, "detail": 40}, {"image_file": A_PNG}),
    "describe": ({}, {"image_file": A_PNG}),
    "remove-background": ({}, {"image": A_PNG}),
    "instruct-edit": ({"prompt": "put them side by side"}, {"images": [A_PNG, png((0, 0, 255))]}),
}

SYNCHRONOUS = {
    "generate": "/v1/ideogram-v3/generate", "remix": "/v1/ideogram-v3/remix",
    "edit": "/v1/ideogram-v3/edit", "inpaint": "/v1/ideogram-v3/inpaint",
    "reframe": "/v1/ideogram-v3/reframe",
    "replace-background": "/v1/ideogram-v3/replace-background",
    "generate-transparent": "/v1/ideogram-v3/generate-transparent", "describe": "/describe",
    "remove-background": "/v1/remove-background", "instruct-edit": "/v1/edit",
}


def as_json(fields, files):
    body = dict(fields)
    for name, data in files.items():
        body[name] = ([data_url(one) for one in data] if isinstance(data, list)
                      else data_url(data))
    return body


def as_form(fields, files):
    parts = [(name, one) for name, data in files.items()
             for one in (data if isinstance(data, list) else [data])]
    return form(fields.items(), parts)


class NativeScene(Scene):
    def begin(self, *sandbox_arguments, dialect="official", config="", **settings):
        self.simulated = self.sandbox(*sandbox_arguments)
        self.server = self.serve(config=config + backend(self.simulated, dialect, **settings))
        return self.api(self.server)

    def submit(self, api, operation, body, headers=None):
        answer = api.ask(f"/ideogram/submit/{operation}", "POST", body, headers)
        self.assertEqual(answer.status, 200, answer)
        return answer.json()

    def accepted(self, api, operation, body, headers=None):
        told = self.submit(api, operation, body, headers)
        self.assertIn(told["code"], (1, 22), told)
        return told["result"]

    def fetched(self, api, task_id):
        api.wait(task_id)
        answer = api.ask(f"/ideogram/task/{task_id}/fetch")
        self.assertEqual(answer.status, 200, answer)
        return answer.json()

    def assert_own_picture(self, url, task_id):
        self.assertTrue(url.startswith(f"{self.server.url}/mj/image/{task_id}/"), url)
        self.assertGreater(open_picture(ask(url).body).width, 0)


class Asynchronous(NativeScene):
    def test_every_operation_as_json_and_as_a_form(self):
        api = self.begin()
        for operation, (fields, files) in OPERATIONS.items():
            for name, (body, headers) in {"json": (as_json(fields, files), None),
                                          "form": as_form(fields, files)}.items():
                with self.subTest(operation=operation, body=name):
                    task_id = self.accepted(api, operation, body, headers)
                    task = self.fetched(api, task_id)
                    self.assertEqual(task["status"], "SUCCESS", task)
                    call = self.simulated.calls()[-1]
                    # V3's edit is deprecated for its inpaint.
                    self.assertEqual(call["operation"],
                                     "inpaint" if operation == "edit" else operation)
                    self.assertEqual(task["buttons"], [])
                    upstream = task["properties"]["ideogram"]
                    if operation == "describe":
                        self.assertTrue(upstream["descriptions"][0]["text"])
                        continue
                    [entry] = upstream["data"]
                    self.assert_own_picture(entry["url"], task_id)
                    self.assertIsNone(task["imageUrls"])
                    self.assertEqual(ask(task["imageUrl"]).body, ask(entry["url"]).body)

    def test_actions_are_named_as_midjourney_names_them(self):
        api = self.begin()
        wanted = {"generate": "IMAGINE", "remix": "VARIATION", "inpaint": "EDIT",
                  "upscale": "UPSCALE", "describe": "DESCRIBE"}
        for operation, action in wanted.items():
            fields, files = OPERATIONS[operation]
            task = api.fetch(self.accepted(api, operation, as_json(fields, files)))
            self.assertEqual(task["action"], action)

    def test_several_pictures_have_no_grid(self):
        api = self.begin()
        task_id = self.accepted(api, "generate", {
            "prompt": "three foxes", "num_images": 3, "state": "mine"})
        task = self.fetched(api, task_id)
        self.assertEqual(len(task["imageUrls"]), 3)
        self.assertEqual(task["state"], "mine")
        data = task["properties"]["ideogram"]["data"]
        self.assertEqual([e["url"] for e in data], [e["url"] for e in task["imageUrls"]])
        self.assertEqual(ask(task["imageUrl"]).body, ask(data[0]["url"]).body)
        self.assertEqual(len({e["seed"] for e in data}), 3)

    def test_a_seed_with_several_pictures_is_one_answer_of_several_calls(self):
        api = self.begin()
        task = self.fetched(api, self.accepted(
            api, "generate", {"prompt": "two foxes", "num_images": 2, "seed": 7}))
        self.assertEqual([e["seed"] for e in task["properties"]["ideogram"]["data"]], [7, 8])
        self.assertEqual(len(self.simulated.calls()), 2)

    def test_image_request_or_an_older_model_means_the_older_form(self):
        api = self.begin()
        for body in ({"image_request": {"prompt": "old", "model": "V_1",
                                        "aspect_ratio": "ASPECT_16_9"}},
                     {"prompt": "old", "model": "V_1", "aspect_ratio": "ASPECT_16_9"},
                     {"model": "V_1", "image_request": {"prompt": "old",
                                                        "aspect_ratio": "ASPECT_16_9"}}):
            with self.subTest(str(body)):
                task = self.fetched(api, self.accepted(api, "generate", body))
                self.assertEqual(task["status"], "SUCCESS", task)
                call = self.simulated.calls()[-1]
                self.assertEqual((call["path"], call["model"]), ("/generate", "V_1"))
                self.assertEqual(call["request"]["aspect_ratio"], "ASPECT_16_9")

    def test_a_custom_model_a_character_with_its_mask_and_copyright_detection(self):
        api = self.begin()
        task = self.fetched(api, self.accepted(api, "generate", *form(
            [("prompt", "the fox again"), ("custom_model_uri", "model/foxes/version/2"),
             ("enable_copyright_detection", "true")],
            [("character_reference_images", A_PNG),
             ("character_reference_images_mask", half_black())])))
        self.assertEqual(task["status"], "SUCCESS", task)
        [call] = self.simulated.calls()
        said = call["request"]
        self.assertEqual(said["custom_model_uri"], "model/foxes/version/2")
        self.assertEqual(said["enable_copyright_detection"], "true")
        self.assertEqual(said["character_reference_images"]["bytes"], len(A_PNG))
        self.assertEqual(said["character_reference_images_mask"]["bytes"], len(half_black()))
        self.assertNotIn("style_type", said)  # the model has its own
        # A character has its own price.
        self.assertEqual(self.simulated.ledger()["total_micros"], 150000)

    def test_pictures_come_by_address_too(self):
        api = self.begin()
        own = api.draw("a source")["imageUrls"][1]["url"]
        task = self.fetched(api, self.accepted(
            api, "remix", {"prompt": "again", "image": own}))
        self.assertEqual(task["status"], "SUCCESS", task)
        call = self.simulated.calls()[-1]
        self.assertEqual(call["operation"], "remix")
        self.assertEqual(call["request"]["image"]["bytes"], len(ask(own).body))

    def test_what_is_wrong_is_refused_by_name_and_leaves_no_task(self):
        api = self.begin()
        picture, mask = data_url(A_PNG), data_url(half_black())
        older = {"prompt": "x", "model": "V_2"}
        wrong = [
            ("generate", {"image_request": {"prompt": "x", "aspect_ratio": "SPECT_16_10"}},
             "SPECT_16_10"),
            ("generate", {}, "prompt"),
            ("generate", {"prompt": ""}, "prompt"),
            ("generate", {"prompt": "x", "colour": "red"}, "colour"),
            ("generate", {"prompt": "x", "aspect_ratio": "ASPECT_16_9"}, "aspect_ratio"),
            ("generate", {"prompt": "x", "aspect_ratio": "1x1", "resolution": "1024x1024"},
             "resolution"),
            ("generate", {"prompt": "x", "num_images": 9}, "num_images"),
            ("generate", {"prompt": "x", "num_images": "two"}, "num_images"),
            ("generate", {"prompt": "x", "seed": -1}, "seed"),
            ("generate", {"prompt": "x", "style_type": "ANIME"}, "style_type"),
            ("generate", {"prompt": "x", "style_codes": ["00ff00ff"], "style_type": "AUTO"},
             "style_codes"),
            ("generate", {"prompt": "x", "color_palette": {"name": "EMBER", "members": []}},
             "color_palette"),
            ("generate", {"prompt": "x", "custom_model_uri": "model/a"}, "custom_model_uri"),
            ("generate", {"prompt": "x", "enable_copyright_detection": "perhaps"},
             "enable_copyright_detection"),
            ("generate", {"prompt": "x", "character_reference_images_mask": picture},
             "character_reference_images"),
            ("generate", {"prompt": "x", "model": "V_9"}, "model"),
            ("generate", {"prompt": "x", "model": "V_1", "style_type": "AUTO"}, "style_type"),
            ("generate", {"prompt": "x", "model": "V_2A", "negative_prompt": "y"},
             "negative_prompt"),
            ("generate", {"prompt": "x", "model": "V_1", "resolution": "RESOLUTION_512_1536"},
             "resolution"),
            ("generate", {"prompt": "x", "notifyHook": "http://10.0.0.1/h"}, "callback.allow"),
            ("generate-transparent", {"prompt": "x", "rendering_speed": "FLASH"},
             "rendering_speed"),
            ("remix", {"prompt": "x"}, "image"),
            ("remix", {"prompt": "x", "image": "no picture"}, "base64"),
            ("remix", {"prompt": "x", "image": [picture, picture]}, "image"),
            ("edit", {"prompt": "x", "image": picture}, "mask"),
            ("edit", {"prompt": "x", "image": picture, "mask": mask, "aspect_ratio": "1x1"},
             "aspect_ratio"),
            ("edit", {"prompt": "x", "image": picture, "mask": data_url(half_black((32, 32)))},
             "mask"),
            ("edit", {"prompt": "x", "image": picture,
                      "mask": data_url(png(255, mode="L"))}, "mask"),
            ("edit", {"prompt": "x", "image": picture,
                      "mask": data_url(png(128, mode="L"))}, "mask"),
            ("edit", {**older, "model": "V_1", "image_file": picture, "mask": mask}, "model"),
            ("reframe", {"image": picture}, "resolution"),
            ("reframe", {"image": picture, "resolution": "1024x1024", "prompt": "x"}, "prompt"),
            ("upscale", {"image_file": picture, "detail": 0}, "detail"),
        ]
        for operation, body, word in wrong:
            with self.subTest(operation=operation, word=word, body=str(body)[:80]):
                self.assert_refused(self.submit(api, operation, body), word)
        self.assertEqual(api.ask("/mj/task/list").json(), [])
        self.assertEqual(self.simulated.calls(), [])

    def test_a_refusal_lists_what_is_allowed_in_the_callers_language(self):
        api = self.begin(dialect="camel")
        body = {"image_request": {"prompt": "x", "model": "V_2", "style_type": "SPECT"}}
        styles = "AUTO, GENERAL, REALISTIC, DESIGN, RENDER_3D, ANIME, FICTION"
        wanted = {
            "zh": f'请求参数错误: style_type: "SPECT" 不可用，可选值: {styles}',
            "en": f'style_type: "SPECT" is not allowed; expected one of {styles}',
        }
        for language, text in wanted.items():
            headers = {"Accept-Language": language}
            told = self.submit(api, "generate", body, headers)
            self.assertEqual((told["code"], told["description"]), (4, text))
            # Ideogram's own paths speak as Ideogram does.
            answer = api.ask("/generate", "POST", body, headers)
            self.assertEqual((answer.status, answer.json()["error"]), (400, wanted["en"]))
        told = self.submit(api, "generate-transparent", {"prompt": "x"},
                           {"Accept-Language": "en"})
        self.assertEqual((told["code"], told["description"]), (
            3, "No available account: no configured backend serves generate-transparent"))

    def test_a_body_that_cannot_be_read_is_http_400(self):
        api = self.begin()
        for body, headers in ((b"{", {"Content-Type": "application/json"}),
                              (b"[" * 100000, {"Content-Type": "application/json"}),
                              (b"nothing", {"Content-Type": "multipart/form-data; boundary=b"}),
                              (b"nothing", {"Content-Type": "multipart/form-data"})):
            answer = api.ask("/ideogram/submit/generate", "POST", body, headers)
            self.assertEqual((answer.status, answer.json()["code"]), (400, 4), answer)
        self.assertEqual(api.ask("/ideogram/submit/paint", "POST", {"prompt": "x"}).status, 404)

    def test_what_no_backend_can_is_code_3_or_the_field(self):
        api = self.begin(dialect="camel")
        told = self.submit(api, "generate-transparent", {"prompt": "x"})
        self.assertEqual(told["code"], 3, told)
        for field, value in (("style_preset", "BAUHAUS"), ("rendering_speed", "FLASH"),
                             ("resolution", "1024x1024")):
            self.assert_refused(
                self.submit(api, "generate", {"prompt": "x", field: value}), field)

    def test_a_request_waits_for_the_backend_that_can_say_all_of_it(self):
        plain, rich = self.sandbox(), self.sandbox("--delay=300ms")
        api = self.api(self.serve(config=(
            backend(plain, "camel", name="plain", priority=0)
            + backend(rich, name="rich", priority=1, concurrency=1))))
        self.server = None
        ids = [self.accepted(api, "generate", {"prompt": f"n{i}", "style_preset": "BAUHAUS"})
               for i in range(4)]
        for task_id in ids:
            self.assertEqual(api.wait(task_id)["status"], "SUCCESS")
        self.assertEqual(plain.calls(), [])
        self.assertEqual(rich.ledger()["billed_calls"], 4)

    def test_the_same_form_under_another_boundary_is_the_same_request(self):
        api = self.begin()
        key = {"Idempotency-Key": "k-1"}
        fields, files = OPERATIONS["remix"]
        answers = [self.accepted(api, "remix", body, {**headers, **key})
                   for body, headers in (as_form(fields, files), as_form(fields, files))]
        self.assertEqual(answers[0], answers[1])
        body, headers = as_form({**fields, "image_weight": 10}, files)
        other = api.ask("/ideogram/submit/remix", "POST", body, {**headers, **key})
        self.assertEqual(other.status, 422, other)

    def test_withheld_pictures_have_no_url(self):
        api = self.begin()
        self.simulated.script({"unsafe": [1], "unsafe_url": "absent"})
        task = self.fetched(api, self.accepted(
            api, "generate", {"prompt": "three", "num_images": 3}))
        urls = [entry["url"] for entry in task["properties"]["ideogram"]["data"]]
        self.assertIsNone(urls[1])
        self.assertEqual([url.rsplit("/", 1)[1] for url in (urls[0], urls[2])], ["1", "2"])
        self.assertEqual(task["properties"]["unsafe"], 1)


class Synchronous(NativeScene):
    def draw(self, path, body, headers=None, status=200):
        answer = ask(self.server.url + path, "POST", body, headers, limit=60)
        self.assertEqual(answer.status, status, answer)
        return answer

    def test_every_path_answers_in_ideograms_shape(self):
        self.begin()
        for operation, path in SYNCHRONOUS.items():
            fields, files = OPERATIONS[operation]
            for prefix in ("", "/ideogram"):
                with self.subTest(prefix + path):
                    answer = self.draw(prefix + path, *as_form(fields, files))
                    task_id = answer.headers["Imagined-Task-Id"]
                    self.assertRegex(task_id, "^[0-9]{16}$")
                    told = answer.json()
                    if operation == "describe":
                        self.assertTrue(told["descriptions"][0]["text"])
                        continue
                    [entry] = told["data"]
                    self.assertIs(entry["is_image_safe"], True)
                    self.assertIsInstance(told["created"], str)
                    self.assert_own_picture(entry["url"], task_id)

    def test_the_older_paths(self):
        self.begin()
        image = [("image_file", A_PNG)]
        request = json.dumps({"prompt": "old", "model": "V_2", "image_weight": 60})
        flat = {"prompt": "old", "model": "V_2"}
        answers = {
            "/generate": self.draw("/generate", {"image_request": {"prompt": "old"}}),
            "/ideogram/v1/generate": self.draw(
                "/ideogram/v1/generate", {"image_request": {"prompt": "old"}}),
            "/remix": self.draw("/remix", *form([("image_request", request)], image)),
            "/upscale": self.draw("/upscale", *form([("image_request", "{}")], image)),
            "/edit": self.draw("/edit", *form(
                flat.items(), [*image, ("mask", half_black())])),
            "/reframe": self.draw("/reframe", *form(
                [("resolution", "RESOLUTION_1280_800"), ("model", "V_2")], image)),
        }
        for path, answer in answers.items():
            with self.subTest(path):
                self.assertEqual(len(answer.json()["data"]), 1)
        self.assertEqual({call["outcome"] for call in self.simulated.calls()}, {"HTTP 200"})

    def test_a_relays_answer_reads_like_ideograms(self):
        self.begin(dialect="crazyrouter")
        told = self.draw("/generate", {"image_request": {"prompt": "old", "model": "V_2"}}).json()
        self.assertRegex(told["created"], r"^\d{4}-\d\d-\d\dT")
        self.assertIs(told["data"][0]["is_image_safe"], True)

    def test_refusals_have_ideograms_status_and_error(self):
        self.begin(config='[server]\napi_keys = ["sk-1"]\n', operations=["generate", "remix"])
        key = {"Api-Key": "sk-1"}
        simple = {"prompt": "x"}
        path = "/v1/ideogram-v3/generate"

        def refused(status, path, body, headers, *words):
            answer = self.draw(path, body, headers, status)
            error = answer.json()["error"]
            self.assertIsInstance(error, str)
            for word in words:
                self.assertIn(word, error)
            return answer

        refused(401, path, simple, {})
        refused(401, path, simple, {"Api-Key": "sk-2"})
        self.draw(path, simple, key)
        self.draw(path, simple, {"Authorization": "Bearer sk-1"})
        self.draw(path, simple, {"mj-api-secret": "sk-1"})
        refused(400, "/generate", {"image_request": {"prompt": "x",
                                                     "aspect_ratio": "SPECT_16_10"}}, key,
                "SPECT_16_10", "aspect_ratio")
        refused(400, "/generate", simple, key, "image_request")
        refused(400, path, b"{", {**key, "Content-Type": "application/json"})
        refused(503, "/describe", *(lambda b, h: (b, {**h, **key}))(
            *form([], [("image_file", A_PNG)])))
        self.simulated.script({"status": 422, "body": {"error": "failed safety check"}})
        refused(422, path, simple, key, "safety")
        self.simulated.script({"unsafe": "all"})
        refused(422, path, simple, key)
        self.simulated.script({"status": 400, "body": {"error": "bad wish"}})
        refused(400, path, simple, key, "bad wish")
        self.simulated.script({"html": 504})
        answer = refused(504, path, simple, key)
        self.assertRegex(answer.headers["Imagined-Task-Id"], "^[0-9]{16}$")

    def test_a_full_queue_is_429(self):
        self.begin("--delay=3s", config="[worker]\nqueue_limit = 1\n", concurrency=1)
        api = self.api(self.server)
        api.wait(api.accepted("runs"), "IN_PROGRESS")
        api.accepted("waits")
        answer = self.draw("/v1/ideogram-v3/generate", {"prompt": "x"}, None, 429)
        self.assertIn("error", answer.json())
        self.assertIn("Retry-After", answer.headers)

    def test_the_same_key_joins_the_running_task(self):
        self.begin("--delay=1s")
        path, body, key = "/v1/ideogram-v3/generate", {"prompt": "x"}, {"Idempotency-Key": "k"}
        answers = []
        threads = [threading.Thread(
            target=lambda: answers.append(self.draw(path, body, key))) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        answers.append(self.draw(path, body, key))
        self.assertEqual(len({a.headers["Imagined-Task-Id"] for a in answers}), 1)
        self.assertEqual(len({a.body for a in answers}), 1)
        self.assertEqual(len(self.simulated.calls()), 1)
        self.draw(path, {"prompt": "another"}, key, 422)

    def test_a_client_that_hangs_up_loses_nothing(self):
        self.begin("--delay=1s")
        path, body, key = "/v1/ideogram-v3/generate", {"prompt": "x"}, {"Idempotency-Key": "k"}
        parts = urlsplit(self.server.url)
        link = http.client.HTTPConnection(parts.hostname, parts.port)
        link.request("POST", path, json.dumps(body),
                     {**key, "Content-Type": "application/json"})
        wait_until(lambda: self.simulated.ledger()["in_flight"] == 1, "the call")
        link.close()
        answer = self.draw(path, body, key)
        self.assert_own_picture(
            answer.json()["data"][0]["url"], answer.headers["Imagined-Task-Id"])
        self.assertEqual(len(self.simulated.calls()), 1)

    def test_a_drain_answers_who_waits(self):
        self.begin("--delay=1500ms", concurrency=1)
        answers = {}

        def draw(name):
            answers[name] = ask(self.server.url + "/v1/ideogram-v3/generate", "POST",
                                {"prompt": name}, limit=60)

        running = threading.Thread(target=draw, args=("runs",))
        running.start()
        wait_until(lambda: self.simulated.ledger()["in_flight"] == 1, "the call")
        waiting = threading.Thread(target=draw, args=("waits",))
        waiting.start()
        api = self.api(self.server)
        wait_until(lambda: len(api.ask("/mj/task/queue").json()) == 2, "two tasks")
        self.assert_ends_well(self.server)
        running.join()
        waiting.join()
        self.assertEqual(answers["runs"].status, 200, answers["runs"])
        self.assertEqual(answers["waits"].status, 503, answers["waits"])
        self.assertIn("Imagined-Task-Id", answers["waits"].headers)
        self.assertIn("error", answers["waits"].json())


class Documents(NativeScene):
    """The requests of the design documents and of Cherry Studio, with host and key changed."""

    LONG = ("A serene tropical beach scene. Dominating the foreground are tall palm trees with "
            "lush green leaves, standing tall against a backdrop of a sandy beach.")

    def curl(self, command, status=200):
        """Runs a sample as it stands in its document, but for HOST, KEY and PHOTO."""
        photo = self.directory / "photo.png"
        photo.write_bytes(A_PNG)
        for name, text in (("HOST", self.server.url), ("KEY", "sk-1"), ("PHOTO", str(photo)),
                           ("ADDRESS", self.address)):
            command = command.replace("{" + name + "}", text)
        ran = subprocess.run(
            ["bash", "-c", command + " -s -w '\\n%{http_code}'"],
            capture_output=True, text=True, timeout=60, check=True)
        body, told = ran.stdout.rsplit("\n", 1)
        self.assertEqual(int(told), status, body)
        return json.loads(body)

    def begin(self, *arguments, **more):
        api = super().begin(*arguments, config='[server]\napi_keys = ["sk-1"]\n', **more)
        keyed = api.with_key("sk-1")
        self.address = keyed.draw("a photo")["imageUrl"]
        return keyed

    def test_mjdjourney(self):
        self.begin()
        told = self.curl("""curl --location --request POST '{HOST}/ideogram/v1/generate' \\
--header 'Authorization: Bearer {KEY}' \\
--header 'Content-Type: application/json' \\
--data-raw '{
"image_request": {
"model": "V_2",
"magic_prompt_option": "AUTO",
"prompt": "%s",
"aspect_ratio": "ASPECT_10_16",
"seed": 12345,
"style_type": "GENERAL",
"negative_prompt": "string",
"resolution": "string"
}
}'""" % self.LONG)
        self.assertEqual(told["data"][0]["seed"], 12345)

    def test_quickrouter(self):
        self.begin()
        told = self.curl("""curl --location --request POST '{HOST}/ideogram/generate' \\
--header 'Accept: application/json' \\
--header 'Authorization: Bearer {KEY}' \\
--header 'Content-Type: application/json' \\
--data-raw '{
    "image_request": {
        "aspect_ratio": "ASPECT_10_16",
        "magic_prompt_option": "AUTO",
        "model": "V_1",
        "prompt": "%s"
    }
}'""" % self.LONG)
        self.assertTrue(told["data"][0]["url"])

    def test_crazyrouter(self):
        self.begin()
        head = ('curl -X POST {HOST}/ideogram/%s -H "Content-Type: application/json" '
                '-H "Authorization: Bearer {KEY}" -d ')
        self.curl(head % "generate" + """'{
    "image_request": {
      "prompt": "A futuristic cityscape at night with neon lights",
      "model": "V_2",
      "aspect_ratio": "ASPECT_16_9",
      "magic_prompt_option": "AUTO"
    }
  }'""")
        self.curl(head % "remix" + """'{
    "image_request": {
      "prompt": "Same scene in anime style",
      "model": "V_2"
    },
    "image_file": "{ADDRESS}"
  }'""")
        self.curl(head % "upscale" + """'{
    "image_request": {
      "prompt": "high quality detailed image"
    },
    "image_file": "{ADDRESS}"
  }'""")
        told = self.curl(head % "describe" + """'{
    "image_file": "{ADDRESS}"
  }'""")
        self.assertTrue(told["descriptions"])

    def test_camels_curl(self):
        self.begin()
        told = self.curl(
            'curl -X POST {HOST}/ideogram/v1/ideogram-v3/generate -H "Api-Key: {KEY}" '
            '-H "Content-Type: multipart/form-data" -F prompt="Delicate 3D cover design. The text '
            '\\"One Gateway, Infinite Models\\" is placed in the center" '
            '-F rendering_speed="QUALITY" -F num_images="2" -F aspect_ratio="2x1"')
        self.assertEqual(len(told["data"]), 2)

    def test_camels_other_samples(self):
        self.begin()
        head = 'curl -X POST {HOST}/ideogram/%s -H "Api-Key: {KEY}" '
        shared = ('-F rendering_speed=QUALITY -F num_images=1 -F seed=1 -F magic_prompt=AUTO '
                  '-F style_type=AUTO ')
        mask = self.directory / "mask.png"
        mask.write_bytes(half_black())
        self.curl(head % "v1/ideogram-v3/remix" + '-F prompt="bird playing with a cat" '
                  "-F image_weight=60 -F aspect_ratio=16x9 -F negative_prompt=blurry "
                  "-F image=@{PHOTO} -F style_reference_images=@{PHOTO} " + shared)
        self.curl(head % "v1/ideogram-v3/edit" + '-F prompt="remove text" -F aspect_ratio=16x9 '
                  f"-F negative_prompt=blurry -F image=@{{PHOTO}} -F mask=@{mask} " + shared)
        self.curl(head % "v1/ideogram-v3/replace-background" + '-F prompt="a beach" '
                  "-F image=@{PHOTO} " + shared)
        self.curl(head % "remix" + "-F image_file=@{PHOTO} -F image_request='{ \"prompt\": "
                  "\"watercolor\", \"aspect_ratio\": \"ASPECT_10_16\", \"image_weight\": 50, "
                  "\"magic_prompt_option\": \"ON\", \"model\": \"V_2\" }'")
        self.curl(head % "upscale" + "-F image_file=@{PHOTO} -F image_request='{}'")
        self.curl(head % "describe" + "-F image_file=@{PHOTO}")

    def test_the_typing_error_of_camels_page_is_named(self):
        self.begin()
        told = self.curl(
            'curl -X POST {HOST}/ideogram/generate -H "Api-Key: {KEY}" '
            "-H 'Content-Type: application/json' -d '{\"image_request\": {\"prompt\": \"an owl\", "
            "\"aspect_ratio\": \"SPECT_16_10\", \"model\": \"V_2\"}}'", status=400)
        self.assertIn("SPECT_16_10", told["error"])

    def test_cherry_studio(self):
        api = self.begin()
        fields = [("prompt", "a fox"), ("rendering_speed", "DEFAULT"), ("num_images", "1"),
                  ("aspect_ratio", "16x9"), ("style_type", "AUTO"), ("seed", "7"),
                  ("negative_prompt", "fog"), ("magic_prompt", "ON")]
        key = {"Api-Key": "sk-1"}
        for path, files, more in (
                ("generate", [], [("model", "V_3")]),
                ("remix", [("image", A_PNG)], [("image_weight", "50")])):
            body, headers = form(fields + more, files)
            answer = ask(f"{self.server.url}/ideogram/v1/ideogram-v3/{path}", "POST", body,
                         {**headers, **key}, limit=60)
            self.assertEqual(answer.status, 200, answer)
        request = {"prompt": "a fox", "model": "V_2A", "aspect_ratio": "ASPECT_1_1",
                   "num_images": 1, "style_type": "AUTO", "magic_prompt_option": "ON"}
        answer = ask(self.server.url + "/ideogram/generate", "POST", {"image_request": request},
                     key, limit=60)
        self.assertEqual(answer.status, 200, answer)
        upscale = {"prompt": "x", "resemblance": 50, "detail": 50, "num_images": 1,
                   "magic_prompt_option": "AUTO"}
        body, headers = form([("image_request", json.dumps(upscale))], [("image_file", A_PNG)])
        answer = ask(self.server.url + "/ideogram/upscale", "POST", body, {**headers, **key},
                     limit=60)
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual(api.ask("/mj/task/queue").json(), [])
