"""A relay that nobody shipped, written down in the configuration from its page: it serves, and what
a backend is told never to send is not sent."""

import base64
import email.parser
import email.policy
import http.server
import io
import json
import threading

from PIL import Image

from .client import ask
from .native_test import form, half_black
from .processes import run_imagined
from .scene import A_PNG, Scene, backend

# As on the page of a relay that spells everything in its own way.
ACME = """
[[dialect]]
name = "acme"
auth = "key"
path_prefix = "/api"
answer.pictures = "/result/images/*/link"

[dialect.operations.generate]
path = "/draw"
body = "json"
fields = { prompt = "text", aspect_ratio = "ratio", rendering_speed = "speed", num_images = "n" }
values.aspect_ratio = { "1x1" = "1:1", "16x9" = "16:9" }
values.rendering_speed = { TURBO = "fast", DEFAULT = "normal" }
const = { model = "acme-3", "/extra/source" = "imagined" }

[dialect.operations.edit]
path = "/edit"
body = "multipart"
fields = { prompt = "text", image = "picture", mask = "stencil", num_images = "n" }
const.model = "acme-3"
"""


class Acme:
    """That relay: it keeps what it was asked, and answers in its own shape."""

    def __init__(self):
        self.calls = []
        self.inline = False  # pictures as base64 in the answer
        relay = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.answer("application/json", relay.draw(self.path, self.headers, body))

            def do_GET(self):
                self.answer("image/png", A_PNG)

            def answer(self, kind, body):
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def draw(self, path, headers, body):
        said = parts(headers, body) if "multipart" in headers["Content-Type"] else json.loads(body)
        self.calls.append((path, headers["Authorization"], said))
        link = base64.b64encode(A_PNG).decode() if self.inline else f"{self.url}/pictures/1.png"
        images = [{"link": link, "seed": n} for n in range(int(said.get("n", 1)))]
        return json.dumps({"status": "ok", "result": {"images": images}}).encode()

    def close(self):
        self._server.shutdown()
        self._server.server_close()


def parts(headers, body):
    """Names and texts of a multipart body; of a file its bytes."""
    whole = b"Content-Type: " + headers["Content-Type"].encode() + b"\r\n\r\n" + body
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(whole)
    return {part.get_param("name", header="content-disposition"):
            part.get_payload(decode=True) if part.get_filename() else part.get_content()
            for part in message.iter_parts()}


class OwnDialects(Scene):
    def acme(self):
        relay = Acme()
        self.addCleanup(relay.close)
        return relay

    def through(self, relay, more=""):
        return ACME + f"""
[[backend]]
name = "acme-1"
dialect = "acme"
base_url = "{relay.url}"
keys = ["k-acme"]
{more}"""

    def test_an_imagine_and_an_edit_in_its_words(self):
        relay = self.acme()
        api = self.api(self.serve(config=self.through(relay)))
        task = api.draw("a red fox --ar 16:9 --turbo")
        self.assertEqual(len(task["imageUrls"] or task["properties"]["pictures"]), 4)
        body, headers = form([("prompt", "a blue hat")],
                             [("image", A_PNG), ("mask", half_black())])
        edit = api.ask("/ideogram/submit/edit", "POST", body, headers).json()
        self.assertEqual(api.wait(edit["result"])["status"], "SUCCESS")
        self.assertEqual(relay.calls[0], (
            "/api/draw", "Key k-acme",
            {"text": "a red fox", "ratio": "16:9", "speed": "fast", "n": 4, "model": "acme-3",
             "extra": {"source": "imagined"}}))
        path, key, said = relay.calls[1]
        self.assertEqual((path, key), ("/api/edit", "Key k-acme"))
        self.assertEqual({name: said[name] for name in ("text", "n", "model")},
                         {"text": "a blue hat", "n": "1", "model": "acme-3"})
        self.assertEqual(said["picture"], A_PNG)
        self.assertEqual(Image.open(io.BytesIO(said["stencil"])).size, (64, 64))
        self.assertEqual(set(said), {"text", "n", "model", "picture", "stencil"})
        self.assertEqual(len(relay.calls), 2)

    def test_what_it_has_no_word_for_is_noted_or_refused_by_name(self):
        relay = self.acme()
        api = self.api(self.serve(config=self.through(relay)))
        task = api.draw("a red fox --ar 2:3 --seed 7")
        notes = " ".join(task["properties"]["notes"])
        self.assertIn("--ar 2:3", notes)
        self.assertIn("--seed", notes)
        self.assertEqual(relay.calls[0][2]["ratio"], "1:1")
        told = api.ask("/ideogram/submit/generate", "POST",
                       {"prompt": "a red fox", "rendering_speed": "QUALITY"}).json()
        self.assert_refused(told, "rendering_speed")
        self.assertEqual(api.ask("/ideogram/submit/remix", "POST",
                                 *form([("prompt", "x")], [("image", A_PNG)])).json()["code"], 3)
        self.assertEqual(len(relay.calls), 1)

    def test_pictures_that_come_with_the_answer(self):
        relay = self.acme()
        relay.inline = True
        server = self.serve(config=self.through(relay))
        api = self.api(server)
        task = api.draw("a red fox")
        first = task["properties"]["pictures"][0]
        self.assertEqual(ask(first["url"]).body, A_PNG)
        synchronous = api.ask("/v1/ideogram-v3/generate", "POST",
                              {"prompt": "a red fox", "num_images": 2})
        self.assertEqual(synchronous.status, 200, synchronous)
        entries = synchronous.json()["data"]
        self.assertEqual([entry["seed"] for entry in entries], [0, 1])
        self.assertEqual(ask(entries[0]["url"]).body, A_PNG)
        shown = run_imagined("task", "show", task["id"], f"--config={self.directory}/imagined.toml",
                             directory=self.directory)
        self.assertIn("came with the answer", shown.stdout)

    def test_check_config_shows_what_a_sample_becomes(self):
        relay = self.acme()
        file = self.directory / "imagined.toml"
        file.write_text(self.through(relay))

        def check(*more):
            return run_imagined("check-config", f"--config={file}", *more, directory=self.directory)

        shown = check("--dialect", "acme")
        self.assertEqual(shown.returncode, 0, shown.stderr)
        for text in ("POST /api/draw", "Authorization: Key <key>", '"ratio": "16:9"',
                     "picture: <picture.png, image/png>"):
            self.assertIn(text, shown.stdout)
        self.assertIn("POST /v1/ideogram-v3/remix", check("--dialect=official").stdout)
        unknown = check("--dialect=klingon")
        self.assertEqual(unknown.returncode, 2)
        self.assertIn("relay, acme, not \"klingon\"", unknown.stderr)
        self.assertIn("[[dialect]]", check().stdout)


class NeverSent(Scene):
    def test_an_imagine_takes_the_neighbour_and_a_native_request_is_refused(self):
        sandbox = self.sandbox()
        api = self.api(self.serve(
            config=backend(sandbox, never_send=["FLASH", "style_preset", "seed"])))
        task = api.draw("a red fox --seed 7")
        self.assertIn("--seed", " ".join(task["properties"]["notes"]))
        self.assertNotIn("seed", sandbox.calls()[0]["request"])
        for field, word in (("rendering_speed", "FLASH"), ("style_preset", "WATERCOLOR")):
            told = api.ask("/ideogram/submit/generate", "POST",
                           {"prompt": "a red fox", field: word}).json()
            self.assert_refused(told, field)
        self.assertEqual(len(sandbox.calls()), 1)

    def test_another_backend_that_takes_it_is_asked(self):
        strict, able = self.sandbox(), self.sandbox()
        api = self.api(self.serve(
            config=backend(strict, name="strict", never_send=["FLASH"], priority=0)
            + backend(able, name="able", priority=1)))
        told = api.ask("/ideogram/submit/generate", "POST",
                       {"prompt": "a red fox", "rendering_speed": "FLASH"}).json()
        self.assertEqual(api.wait(told["result"])["status"], "SUCCESS")
        self.assertEqual([call["request"]["rendering_speed"] for call in able.calls()], ["FLASH"])
        self.assertEqual(strict.calls(), [])

    def test_a_backend_has_its_own_header_and_prefix(self):
        sandbox = self.sandbox()
        # The sandbox's camel is below /camel, and wants Api-Key.
        config = backend(sandbox, "camel", path_prefix="/camel", auth="api-key").replace(
            f"{sandbox.url}/camel", sandbox.url)
        task = self.api(self.serve(config=config)).draw("a red fox")
        self.assertEqual(task["status"], "SUCCESS")
        self.assertEqual(sandbox.calls()[0]["dialect"], "camel")


class Relays(Scene):
    def test_the_family_draws_and_edits(self):
        for dialect in ("relay", "quickrouter"):
            with self.subTest(dialect):
                sandbox = self.sandbox()
                server = self.serve(f"--data.dir={dialect}", config=backend(sandbox, dialect))
                api = self.api(server)
                api.draw("a red fox --ar 16:9 --no fog")
                body, headers = form([("prompt", "a blue hat")],
                                     [("image", A_PNG), ("mask", half_black())])
                edit = api.ask("/ideogram/submit/edit", "POST", body, headers).json()
                self.assertEqual(api.wait(edit["result"])["status"], "SUCCESS")
                self.assertEqual([(call["path"], call["outcome"]) for call in sandbox.calls()], [
                    ("/ideogram/v1/ideogram-v3/generate", "HTTP 200"),
                    ("/ideogram/v1/ideogram-v3/edit", "HTTP 200")])
