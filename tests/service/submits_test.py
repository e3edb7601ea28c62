"""Pictures in, and the submits beside imagine and change, before the sandbox's strict eyes."""

import base64
import http.server
import io
import threading
import time

from PIL import Image

from .client import ask
from .scene import A_PNG, Scene, backend, open_picture


def coloured(colour, size=(64, 64), form="PNG"):
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, form)
    return file.getvalue()


RED, BLUE = coloured((200, 30, 30)), coloured((30, 30, 200), form="JPEG")


def data_url(picture):
    return "data:image/png;base64," + base64.b64encode(picture).decode()


class PictureHost:
    """A web server with one page a path: bytes, a redirect (str), a status (int) or a callable."""

    def __init__(self, pages):
        self.asked = []
        self._free = threading.Event()
        host = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                host.asked.append(self.path)
                page = pages.get(self.path, 404)
                if page == "slow":
                    self.send_response(200)
                    self.end_headers()
                    host._free.wait(120)
                    return
                if isinstance(page, int):
                    self.send_response(page)
                    self.end_headers()
                    self.wfile.write(b"secret words")
                elif isinstance(page, str):
                    self.send_response(302)
                    self.send_header("Location", page)
                    self.end_headers()
                else:
                    self.send_response(200)
                    self.send_header("Content-Type", "text/plain")  # nobody believes it
                    self.end_headers()
                    self.wfile.write(page)

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                pass  # a client that has seen enough

        self._server = Server(("127.0.0.1", 0), Handler)
        self.address = f"127.0.0.1:{self._server.server_port}"
        self.url = f"http://{self.address}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self):
        self._free.set()
        self._server.shutdown()
        self._server.server_close()


class Submits(Scene):
    def host(self, pages):
        host = PictureHost(pages)
        self.addCleanup(host.close)
        return host

    def begin(self, dialect="official", allow=(), **settings):
        self.witness = self.sandbox()
        allowed = ", ".join(f'"{rule}"' for rule in allow)
        server = self.serve(
            config=f"[fetch]\nallow = [{allowed}]\n" + backend(self.witness, dialect, **settings))
        return self.api(server)

    def finished(self, api, what, body):
        told = api.submit(what, body)
        self.assertIn(told["code"], (1, 22), told)
        task = api.wait(told["result"])
        self.assertEqual(task["status"], "SUCCESS", task)
        for call in self.witness.calls():
            self.assertEqual(call["outcome"], "HTTP 200", call)
        return task


class FetchedPictures(Submits):
    def test_a_picture_url_in_the_prompt_is_fetched_and_remixed(self):
        host = self.host({"/a": "/b", "/b": "/c", "/c": "/d", "/d": RED})
        api = self.begin(allow=[host.address])
        task = self.finished(api, "imagine", {"prompt": f"{host.url}/a a fox --iw 2"})
        [call] = self.witness.calls()
        self.assertEqual(call["operation"], "remix")
        self.assertEqual(call["prompt"], "a fox")
        self.assertEqual(call["request"]["image_weight"], "75")
        self.assertEqual(call["request"]["image"], {"bytes": len(RED)})
        self.assertEqual(task["prompt"], f"{host.url}/a a fox --iw 2")
        self.assertEqual(host.asked, ["/a", "/b", "/c", "/d"])

    def test_several_pictures_and_references_arrive_as_such(self):
        host = self.host({"/1": RED, "/2": BLUE})
        api = self.begin(allow=[host.address])
        self.finished(api, "imagine", {
            "prompt": f"{host.url}/1 a fox --sref {host.url}/2 --cref {host.url}/1",
            "base64Array": [base64.urlsafe_b64encode(BLUE).decode().rstrip("=")]})
        [call] = self.witness.calls()
        self.assertEqual(call["operation"], "remix")
        self.assertEqual(call["request"]["image"], {"bytes": len(RED)})
        self.assertEqual(call["request"]["style_reference_images"], [{"bytes": len(BLUE)}] * 2)
        self.assertEqual(call["request"]["character_reference_images"], {"bytes": len(RED)})

    def test_what_is_not_public_is_refused_and_never_asked(self):
        host = self.host({"/a": RED, "/out": "http://127.0.0.1:1/"})
        api = self.begin()
        for body in ({"prompt": f"{host.url}/a a fox"},
                     {"prompt": "a fox", "base64Array": [f"{host.url}/a"]},
                     {"prompt": "http://localhost/a a fox"},
                     {"prompt": f"a fox --sref {host.url}/a"}):
            with self.subTest(str(body)):
                self.assert_refused(api.submit("imagine", body), "fetch.allow")
        self.assertEqual(host.asked, [])
        self.assertEqual(self.witness.calls(), [])

    def test_a_redirect_to_what_is_not_public_is_refused(self):
        other = self.host({"/a": RED})
        host = self.host({"/a": f"{other.url}/a"})
        api = self.begin(allow=[host.address])
        self.assert_refused(api.imagine(f"{host.url}/a a fox"), "fetch.allow")
        self.assertEqual(other.asked, [])

    def test_a_failed_fetch_names_the_field_and_the_host_only(self):
        host = self.host({
            "/missing": 404, "/broken": 500, "/page": b"<html>secret words</html>",
            "/large": RED + b"x" * 10 * 1024 * 1024,
            **{f"/{n}": f"/{n + 1}" for n in range(9)}})
        api = self.begin(allow=[host.address])
        for page in ("missing", "broken", "page", "large", "0"):
            with self.subTest(page):
                told = api.submit("imagine", {
                    "prompt": "a fox", "base64Array": [f"{host.url}/{page}"]},
                    {"Accept-Language": "en"})
                self.assert_refused(told, "base64Array", host.address)
                self.assertNotIn("secret", told["description"])
        self.assertEqual(self.witness.calls(), [])

    def test_a_host_that_says_nothing_is_given_up_in_time(self):
        host = self.host({"/slow": "slow"})
        api = self.begin(allow=[host.address])
        began = time.monotonic()
        self.assert_refused(api.imagine(f"{host.url}/slow a fox"), "prompt", host.address)
        self.assertLess(time.monotonic() - began, 25)
        self.assertEqual(ask(f"{api.base}/healthz").status, 200)


class Describe(Submits):
    def test_a_describe_ends_with_words_and_its_own_picture(self):
        for dialect in ("official", "camel"):
            with self.subTest(dialect):
                api = self.begin(dialect) if dialect == "official" else self.begin_again(dialect)
                task = self.finished(api, "describe", {"base64": data_url(RED)})
                [call] = self.witness.calls()
                self.assertEqual(call["operation"], "describe")
                self.assertEqual(task["action"], "DESCRIBE")
                self.assertTrue(task["prompt"].startswith("1️⃣ "))
                self.assertEqual(task["promptEn"], task["prompt"])
                self.assertEqual(task["properties"]["finalPrompt"], task["prompt"])
                self.assertEqual(task["properties"]["finalZhPrompt"], "")
                self.assertEqual(ask(task["imageUrl"]).body, RED)
                self.assertIsNone(task["imageUrls"])
                ids = [button["customId"] for button in task["buttons"]]
                self.assertEqual(ids[0], "MJ::Job::PicReader::1")
                self.assertIn("MJ::Picread::Retry", ids)
                self.assertEqual(task["properties"]["billed"], "yes")

    def begin_again(self, dialect):
        self.witness = self.sandbox()
        return self.api(self.serve(f"--data.dir={dialect}", name=dialect,
                                   config=backend(self.witness, dialect)))

    def test_a_describe_by_link(self):
        host = self.host({"/a.jpg": BLUE})
        api = self.begin(allow=[host.address])
        task = self.finished(api, "describe", {"link": f"{host.url}/a.jpg"})
        self.assertEqual(task["description"], f"/describe {task['id']}.jpg")
        self.assertEqual(ask(task["imageUrl"]).body, BLUE)

    def test_without_a_backend_that_describes_it_is_code_3(self):
        api = self.begin("mjdjourney", models=["V_2"])
        self.assertEqual(api.submit("describe", {"base64": data_url(RED)})["code"], 3)


class Blend(Submits):
    def test_a_blend_is_one_instructed_edit_of_all_pictures(self):
        api = self.begin()
        task = self.finished(api, "blend", {
            "base64Array": [data_url(RED), data_url(BLUE)], "dimensions": "PORTRAIT"})
        [call] = self.witness.calls()
        self.assertEqual(call["operation"], "instruct-edit")
        self.assertEqual(call["request"]["aspect_ratio"], "2x3")
        self.assertEqual(
            call["request"]["images"], [{"bytes": len(RED)}, {"bytes": len(BLUE)}])
        self.assertEqual(task["action"], "BLEND")
        self.assertEqual(task["description"], f"/blend {task['id']} 2")
        self.assertEqual(len(task["properties"]["pictures"]), 4)
        self.assertIsNone(task["imageUrls"], "clients would stretch what is no square")
        grid = open_picture(ask(task["imageUrl"]).body)
        self.assertLess(grid.width, grid.height)

    def test_without_that_it_is_a_remix_with_style_references(self):
        api = self.begin("camel")
        task = self.finished(api, "blend", {"base64Array": [data_url(RED), data_url(BLUE)]})
        [call] = self.witness.calls()
        self.assertEqual(call["operation"], "remix")
        self.assertEqual(call["request"]["aspect_ratio"], "1x1")
        self.assertEqual(call["request"]["image"], {"bytes": len(RED)})
        self.assertEqual(call["request"]["style_reference_images"], {"bytes": len(BLUE)})
        self.assertEqual(task["action"], "BLEND")

    def test_what_camel_cannot_take_is_noted(self):
        api = self.begin("camel")
        task = self.finished(api, "blend", {"base64Array": [data_url(RED)] * 4})
        self.assertTrue(any("--sref" in note for note in task["properties"]["notes"]), task)


class Edits(Submits):
    def test_an_edit_without_a_mask_is_an_instructed_edit(self):
        api = self.begin()
        task = self.finished(api, "edits", {"prompt": "make it blue", "image": data_url(RED)})
        [call] = self.witness.calls()
        self.assertEqual(call["operation"], "instruct-edit")
        self.assertEqual(call["prompt"], "make it blue")
        self.assertEqual(task["action"], "EDIT")
        self.assertEqual(len(task["imageUrls"]), 4)

    def test_without_that_it_is_a_remix_in_the_pictures_shape(self):
        api = self.begin("camel")
        wide = coloured((200, 30, 30), size=(320, 180))
        self.finished(api, "edits", {"prompt": "make it blue", "image": data_url(wide)})
        [call] = self.witness.calls()
        self.assertEqual(call["operation"], "remix")
        self.assertEqual(call["request"]["image_weight"], "70")
        self.assertEqual(call["request"]["aspect_ratio"], "16x9")

    def test_a_mask_of_any_size_makes_it_an_inpaint(self):
        mask = Image.new("RGB", (33, 20), "black")
        mask.paste("white", (0, 0, 16, 20))
        file = io.BytesIO()
        mask.save(file, "PNG")
        for name, dialect in enumerate(("official", "camel")):
            with self.subTest(dialect):
                self.witness = self.sandbox()
                server = self.serve(f"--data.dir={name}", name=dialect,
                                    config=backend(self.witness, dialect))
                task = self.finished(self.api(server), "edits", {
                    "prompt": "a blue corner", "image": data_url(RED),
                    "maskBase64": base64.b64encode(file.getvalue()).decode()})
                [call] = self.witness.calls()
                self.assertIn(call["operation"], ("inpaint", "edit"))
                self.assertEqual(task["action"], "EDIT")

    def test_a_retexture_is_a_remix(self):
        api = self.begin()
        task = self.finished(api, "retexture", {"prompt": "made of glass", "image": data_url(RED)})
        [call] = self.witness.calls()
        self.assertEqual(call["operation"], "remix")
        self.assertEqual(call["request"]["image_weight"], "60")
        self.assertEqual(task["action"], "EDIT")


class TextButtons(Submits):
    def test_a_described_picture_is_drawn_from_its_words(self):
        api = self.begin()
        parent = self.finished(api, "describe", {"base64": data_url(RED)})
        asked = api.submit("action", {
            "taskId": parent["id"], "customId": parent["buttons"][0]["customId"]})
        self.assertEqual(asked["code"], 21)
        prompt = asked["properties"]["finalPrompt"]
        self.assertIn(prompt, parent["prompt"])
        task = self.finished(api, "modal", {"taskId": asked["result"], "prompt": prompt})
        self.assertEqual((task["id"], task["action"]), (asked["result"], "IMAGINE"))
        self.assertEqual(len(task["imageUrls"]), 4)
        again = self.finished(api, "action", {
            "taskId": parent["id"], "customId": "MJ::Picread::Retry"})
        self.assertEqual(again["action"], "DESCRIBE")
        self.assertEqual(ask(again["imageUrl"]).body, RED)

    def test_all_descriptions_are_drawn_at_once(self):
        api = self.begin()
        parent = self.finished(api, "describe", {"base64": data_url(RED)})
        told = api.submit("action", {
            "taskId": parent["id"], "customId": "MJ::Job::PicReader::all"})
        self.assertEqual(told["code"], 1)
        for one in told["result"].split(","):
            self.assertEqual(api.wait(one)["status"], "SUCCESS")

    def test_a_shortened_prompt_is_drawn(self):
        api = self.begin()
        parent = api.submit("shorten", {"prompt": "a red fox in the snow, masterpiece"})["result"]
        asked = api.submit("action", {
            "taskId": parent, "customId": "MJ::Job::PromptAnalyzer::1"})
        self.assertEqual(asked["code"], 21)
        task = self.finished(api, "modal", {"taskId": asked["result"]})
        [call] = self.witness.calls()
        self.assertEqual(call["prompt"], asked["properties"]["finalPrompt"])
        self.assertEqual(task["action"], "IMAGINE")


class Uploads(Submits):
    def test_uploads_survive_a_restart_and_can_be_used(self):
        api = self.begin()
        told = api.submit("upload-discord-images", {"base64Array": [data_url(RED), data_url(BLUE)]})
        self.assertEqual(told["code"], 1)
        first, second = told["result"]
        self.assertEqual(ask(second).body, BLUE)
        page = {"Origin": "http://localhost:3000"}
        self.assertEqual(
            ask(second, headers=page).headers["Access-Control-Allow-Origin"], page["Origin"])
        task = self.finished(api, "imagine", {"prompt": f"a fox --sref {first}"})
        self.assertEqual(task["status"], "SUCCESS")
        [call] = self.witness.calls()
        self.assertEqual(call["operation"], "generate")

    def test_an_uploaded_picture_is_there_after_a_restart(self):
        first = self.serve()
        [address] = self.api(first).submit(
            "upload-discord-images", {"base64Array": [data_url(RED)]})["result"]
        self.assert_ends_well(first)
        second = self.serve()
        path = address.split("/mj/", 1)[1]
        self.assertEqual(ask(f"{second.url}/mj/{path}").body, RED)


class ShowAndShorten(Submits):
    def test_a_job_id_out_of_a_button_shows_its_task(self):
        api = self.begin()
        task = api.draw("a red fox")
        job = task["buttons"][0]["customId"].split("::")[-1]
        self.assertEqual(len(job), 36)
        for named in (job, f"https://cdn.example/{job}/0_0.webp", task["imageUrl"],
                      task["imageUrls"][2]["url"]):
            with self.subTest(named):
                told = api.submit("show", {"jobId": named})
                self.assertEqual((told["code"], told["result"]), (1, task["id"]))
        self.assert_refused(api.submit("show", {"jobId": "nonsense"}), "job id 格式错误")

    def test_shorten_ends_at_once_and_costs_nothing(self):
        api = self.begin()
        sink = self.sink()
        told = api.submit("shorten", {
            "prompt": "a red fox standing in the deep snow, pine forest, masterpiece --ar 3:2"})
        self.assertEqual(told["code"], 1)
        task = api.ended(told["result"])
        self.assertEqual(task["action"], "SHORTEN")
        report = task["properties"]["finalPrompt"]
        self.assertIn("## Important tokens", report)
        self.assertIn("## Shortened prompts\n1️⃣ ", report)
        self.assertEqual(task["properties"]["cost"], 0)
        self.assertTrue(task["buttons"])
        self.assertEqual(self.witness.calls(), [])
        self.assertEqual(sink.events, [])


class NotOffered(Submits):
    def test_faces_and_video_say_so_in_the_peers_words(self):
        api = self.begin()
        body = {"prompt": "a fox", "image": data_url(A_PNG)}
        self.assert_refused(api.submit("video", body), "视频功能未启用")
        answer = api.ask("/mj/insight-face/swap", "POST", body)
        self.assert_refused(answer.json(), "服务不支持")
