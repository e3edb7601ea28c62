"""What common clients send is taken, and what goes upstream is what they meant."""

import base64
import io
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from PIL import Image, ImageDraw

from .scene import Scene, backend

WIDE = (320, 192)  # as stored
TALL = (192, 320)  # as a viewer shows it, turned to the right
RED, BLUE = (220, 30, 30), (30, 30, 220)


def encoded(picture, kind="PNG", **more):
    out = io.BytesIO()
    picture.save(out, kind, **more)
    return out.getvalue()


def halves():
    """Left half red, right half blue; turned to the right the red half is on top."""
    picture = Image.new("RGB", WIDE, BLUE)
    ImageDraw.Draw(picture).rectangle((0, 0, WIDE[0] // 2 - 1, WIDE[1]), fill=RED)
    return picture


def phone_photo(kind="JPEG", orientation=6):
    exif = Image.Exif()
    exif[0x0112] = orientation
    more = {} if kind == "PNG" else {"quality": 95}
    return encoded(halves(), kind, exif=exif.tobytes(), **more)


def mask_of_top():
    picture = Image.new("RGB", TALL, (0, 0, 0))
    ImageDraw.Draw(picture).rectangle((0, 0, TALL[0], 59), fill=(255, 255, 255))
    return encoded(picture)


def text_of(data):
    return base64.b64encode(data).decode()


class ForgivingScene(Scene):
    IMAGES = 1

    def setUp(self):
        super().setUp()
        self.simulated = self.sandbox()
        server = self.serve(config=f"[imagine]\nimages = {self.IMAGES}\n[fetch]\nallow = [\"127.0.0.1\"]\n"
                            "[callback]\nallow = [\"127.0.0.1\"]\n" + backend(self.simulated))
        self.client = self.api(server)

    def done(self, told):
        self.assertIn(told["code"], (1, 22), told)
        task = self.client.wait(told["result"])
        self.assertEqual(task["status"], "SUCCESS", task)
        return task

    def last_file(self, field):
        return self.simulated.sent(len(self.simulated.calls()) - 1, field)

    def last_picture(self, field):
        return Image.open(io.BytesIO(self.last_file(field)))

    def host(self, data=b""):
        """The port of a server that answers everything with `data`, and what it was asked for."""
        asked = []

        class Host(BaseHTTPRequestHandler):
            def do_GET(self):
                asked.append(self.path)
                self.send_response(200)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                self.do_GET()

            def log_message(self, *_):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Host)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return server.server_port, asked

    def assert_upright(self, picture):
        self.assertEqual(picture.size, TALL)
        self.assertEqual(picture.getexif().get(0x0112, 1), 1)
        shown = picture.convert("RGB")
        for place, wanted in (((96, 40), RED), ((96, 280), BLUE)):
            for got, meant in zip(shown.getpixel(place), wanted):
                self.assertLess(abs(got - meant), 40, (place, shown.getpixel(place)))


class Orientation(ForgivingScene):
    def test_a_mask_that_fits_the_picture_as_shown_fits(self):
        for kind in ("JPEG", "PNG", "WEBP"):
            with self.subTest(kind):
                task = self.done(self.client.submit("edits", {
                    "prompt": "a hat", "image": text_of(phone_photo(kind)),
                    "maskBase64": text_of(mask_of_top())}))
                self.assertTrue(any("EXIF" in note for note in task["properties"]["notes"]), task)
                self.assert_upright(self.last_picture("image"))
                mask = self.last_picture("mask").convert("L")
                self.assertEqual(mask.size, TALL)
                self.assertEqual((mask.getpixel((96, 20)), mask.getpixel((96, 200))), (0, 255))

    def test_a_retexture_keeps_the_shape_that_the_user_saw(self):
        self.done(self.client.submit("retexture", {
            "prompt": "marble", "image": text_of(phone_photo())}))
        self.assert_upright(self.last_picture("image"))
        call = self.simulated.calls()[-1]["request"]
        wide, high = (call.get("aspect_ratio") or call.get("resolution")).split("x")
        self.assertLess(int(wide), int(high), call)

    def test_every_way_in_turns_a_picture(self):
        photo = phone_photo()
        port, asked = self.host(photo)
        address = f"http://127.0.0.1:{port}/图片/猫.png"
        uploaded = self.client.submit("upload-discord-images", {"base64Array": [text_of(photo)]})
        for name, told in (
                ("base64Array", self.client.imagine("a cat", base64Array=[text_of(photo)])),
                ("an address", self.client.imagine(f"{address} a cat")),
                ("an upload", self.client.imagine(f"{uploaded['result'][0]} a cat"))):
            with self.subTest(name):
                self.done(told)
                self.assert_upright(self.last_picture("image"))
        self.assertEqual(asked, ["/%E5%9B%BE%E7%89%87/%E7%8C%AB.png"])

    def test_an_upright_picture_goes_upstream_byte_for_byte(self):
        photo = phone_photo(orientation=1)
        self.done(self.client.imagine("a cat", base64Array=[text_of(photo)]))
        self.assertEqual(self.last_file("image"), photo)


class Texts(ForgivingScene):
    def test_base64_whose_plus_became_a_space_goes_upstream_whole(self):
        data = encoded(Image.effect_noise((64, 64), 90))
        text = text_of(data)
        self.assertIn("+", text)
        task = self.done(self.client.imagine("a cat", base64Array=[
            "data:image/png;base64," + text.replace("+", " ")]))
        self.assertEqual(self.last_file("image"), data)
        self.assertTrue(any('"+"' in note for note in task["properties"]["notes"]), task)

    def test_a_cut_picture_and_other_kinds_are_refused_and_cost_nothing(self):
        whole = phone_photo(orientation=1)
        for data, word in ((whole[:-40], "cut off"), (whole[:-600] + b"\xff\xd9", "cut off"),
                           (encoded(halves())[:-12], "cut off"),
                           (encoded(halves(), "GIF"), "GIF"), (encoded(halves(), "TIFF"), "TIFF"),
                           (encoded(halves(), "BMP"), "BMP")):
            with self.subTest(word):
                answer = self.client.ask("/mj/submit/imagine", "POST", {
                    "prompt": "a cat", "base64Array": [text_of(data)]}, {"Accept-Language": "en"})
                self.assert_refused(answer.json(), word)
        self.assertEqual(self.simulated.calls(), [])

    def test_flags_in_quotes_and_with_torn_dashes_are_meant(self):
        for prompt, text in (('"a cat --ar 16:9 --v 6"', "a cat"), ("“a cat --ar 16:9”", "a cat"),
                             ("a cat - -ar 16:9", "a cat"), ("cat--ar 16:9", "cat"),
                             ("/imagine prompt: a cat —ar 16:9", "a cat")):
            with self.subTest(prompt):
                task = self.done(self.client.imagine(prompt))
                call = self.simulated.calls()[-1]["request"]
                self.assertEqual((call["prompt"], call["aspect_ratio"]), (text, "16x9"))
                self.assertTrue(any(note.startswith("prompt: ")
                                    for note in task["properties"]["notes"]), task)
                self.assertEqual(task["prompt"], prompt)

    def test_quotes_without_a_flag_are_lettering(self):
        self.done(self.client.imagine('"HELLO WORLD"'))
        self.assertEqual(self.simulated.calls()[-1]["request"]["prompt"], '"HELLO WORLD"')


class Values(ForgivingScene):
    def test_a_scalar_state_is_echoed_as_it_was_sent(self):
        for sent in ("12345", "1.50", "true", "-0.0", "12345678901234567890123"):
            for path, name in (("/mj/submit/imagine", "imagine"), ("/v1/tasks", "v1"),
                               ("/ideogram/submit/generate", "native")):
                with self.subTest(f"{name} {sent}"):
                    body = f'{{"prompt":"a cat","state":{sent}}}'.encode()
                    told = self.client.ask(path, "POST", body,
                                           {"Content-Type": "application/json"}).json()
                    task_id = told.get("result") or told["id"]
                    self.assertEqual(self.client.fetch(task_id)["state"], sent)

    def test_half_a_character_and_nothing_in_any_form_are_taken(self):
        for body in (b'{"prompt":"a cat \\ud83d","state":"x\\ude00"}',
                     b'{"prompt":"a cat","accountFilter":[]}',
                     b'{"prompt":"a cat","accountFilter":"","base64Array":{},"notifyHook":"  "}',
                     b'{"prompt":"a cat","accountFilter":{"modes":"FAST","remix":""}}',
                     b'{"prompt":"a cat","enableRemix":"false","accountFilter":{"remix":"0"}}'):
            with self.subTest(body):
                task = self.done(self.client.ask("/mj/submit/imagine", "POST", body).json())
                if b"ud83d" in body:
                    self.assertEqual((task["prompt"], task["state"]), ("a cat \ufffd", "x\ufffd"))
                    self.assertTrue(any("U+FFFD" in note for note in task["properties"]["notes"]))

    def test_addresses_are_encoded_as_browsers_encode_them(self):
        port, asked = self.host(encoded(halves()))
        for typed, wanted in (("my picture (1).png", "/my%20picture%20(1).png"),
                              ("ok.png?a=[1]|2", "/ok.png?a=%5B1%5D%7C2"),
                              ("100%.png", "/100%25.png"), ("%E7%8C%AB.png", "/%E7%8C%AB.png")):
            with self.subTest(typed):
                asked.clear()
                self.done(self.client.imagine(
                    "a cat", base64Array=[f" http://127.0.0.1:{port}/{typed}\n"]))
                self.assertEqual(asked, [wanted])

    def test_hooks_are_trimmed_and_encoded(self):
        port, asked = self.host()
        self.done(self.client.imagine("a cat", notifyHook=f" http://127.0.0.1:{port}/图 片\n"))
        self.until(lambda: asked, "a callback")
        self.assertEqual(set(asked), {"/%E5%9B%BE%20%E7%89%87"})


class Ids(ForgivingScene):
    IMAGES = 2

    def test_an_id_as_it_was_pasted_names_its_task(self):
        task_id = self.client.draw("a cat")["id"]
        for path, body in (
                ("change", {"taskId": f" {task_id}\n", "action": "UPSCALE", "index": "1"}),
                ("change", {"taskId": int(task_id), "action": "UPSCALE", "index": 2.0}),
                ("simple-change", {"content": f" {task_id}  U2 "}),
                ("simple-change", {"content": f"{task_id}\u3000U2"}),
                ("simple-change", {"content": f"{task_id} Ｕ２"})):
            with self.subTest(str(body)):
                self.assertEqual(self.client.submit(path, body)["code"], 1)
        for spelling in (f"%20{task_id}", f"{task_id}%0A", f"%E3%80%80{task_id}"):
            with self.subTest(spelling):
                self.assertEqual(self.client.fetch(spelling)["id"], task_id)
