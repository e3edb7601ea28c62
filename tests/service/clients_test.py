"""Every client of clients/, replayed: its exact requests, and what it reads of the answers."""

import base64
import io
import json
import unittest
from pathlib import Path

from PIL import Image, ImageDraw

from .clients.forms import complaints
from .clients.replay import Mismatch, Replay
from .scene import A_PNG, Scene, backend

FOLDER = Path(__file__).parent / "clients"
KEY = "a key of the clients"


def text_of(picture):
    return base64.b64encode(picture).decode()


def a_mask():
    """As an editor draws it: black, the region white, in the editor's size and not the picture's."""
    mask = Image.new("RGB", (320, 320), "black")
    ImageDraw.Draw(mask).rectangle((40, 60, 160, 200), fill="white")
    held = io.BytesIO()
    mask.save(held, "PNG")
    return held.getvalue()


class Clients(Scene):
    """One test a conversation, made below from the files."""

    def replay(self, conversation):
        sink = self.sink()
        sandbox = self.sandbox(f"--delay={conversation.get('delay', '50ms')}")
        sandbox.script(*conversation.get("script", []))
        server = self.serve(config=(
            f'[server]\napi_keys = ["{KEY}"]\n'
            f'[callback]\nallow = ["{sink.address}"]\n'
            f'[fetch]\nallow = ["{sink.address}"]\n'
            + conversation.get("config", "") + backend(sandbox)))
        known = {"key": KEY, "hook": sink.url, "png": text_of(A_PNG),
                 "mask": text_of(a_mask())}
        Replay(conversation, server.url, known, sink).run()


def test_of(file):
    def test(self):
        self.replay(json.loads(file.read_text()))
    return test


FILES = sorted(FOLDER.glob("*.json"))
for known_file in FILES:
    setattr(Clients, f"test_{known_file.stem}", test_of(known_file))


class Collection(unittest.TestCase):
    def test_every_client_of_the_list_is_there(self):
        self.assertLessEqual(
            {"new_api", "dooy", "dooy_modals", "dooy_pictures", "licoy", "licoy_browser", "licoy_modal",
             "lobe", "trueai_webui", "trueai_modal", "sdk_302", "ai_99", "wechat_mouxan",
             "wechat_novicezk", "wechat_pictures", "ruoyi", "koishi", "n8n", "mcp", "xiaohu"},
            {file.stem for file in FILES})


class Strictness(Scene):
    """The replay itself: what it would let pass, no conversation proves."""

    def test_each_form_refuses_what_it_is_not(self):
        told = {"id": "1689231405853400", "n": 3, "on": True, "none": None, "list": [{"a": "x"}],
                "empty": [], "percent": "7%"}
        for reads in ({"id": "id"}, {"n": "integer"}, {"none": "text or null"}, {"on": "true"},
                      {"list.#": "=1"}, {"list.*.a": "=x"}, {"list.0.a": "~^x$"}, {"gone": "absent"},
                      {"empty": "empty"}, {"percent": "percent"}, {"": "object"}):
            with self.subTest(str(reads)):
                self.assertEqual(list(complaints(told, reads)), [])
        for reads in ({"id": "integer"}, {"n": "string"}, {"none": "text"}, {"on": "integer"},
                      {"list.#": "=2"}, {"list.*.a": "=y"}, {"list.*.b": "anything"},
                      {"id": "absent"}, {"gone": "anything"}, {"empty.*": "anything"},
                      {"n": "percent"}, {"list.1.a": "text"}, {"id": "millis"}, {"n": "=4"}):
            with self.subTest(str(reads)):
                self.assertEqual(len(list(complaints(told, reads))), 1)

    def test_a_browser_reads_nothing_from_an_origin_that_was_not_allowed(self):
        server = self.serve(config='[server]\ncors_origins = ["https://mine.example"]\n')
        for origin, readable in (("https://mine.example", True), ("https://evil.example", False)):
            conversation = {"client": "a page", "browser": origin, "steps": [
                {"what": "list", "send": ["GET", "/mj/task/list"], "reads": {"": "array"}}]}
            replay = Replay(conversation, server.url, {})
            with self.subTest(origin):
                if readable:
                    replay.run()
                else:
                    self.assertRaises(Mismatch, replay.run)

    def test_a_form_that_is_not_met_ends_the_conversation(self):
        server = self.serve()
        conversation = {"client": "a liar", "steps": [
            {"what": "list", "send": ["GET", "/mj/task/list"], "reads": {"": "object"}}]}
        self.assertRaises(Mismatch, Replay(conversation, server.url, {}).run)
