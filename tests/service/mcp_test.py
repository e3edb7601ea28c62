"""The Model Context Protocol: its own client from npm, unchanged, against the built binary; and what
a client does that hangs up, is slow, or is somebody else."""

import base64
import json
import time

from . import node
from .client import ask
from .native_test import half_black
from .openai_test import FOLDER, SOURCES
from .processes import wait_until
from .scene import A_PNG, Scene, backend, open_picture

KEY = "a-key-of-an-agent"
OTHER = "a-key-of-another-agent"
CONFIG = f"""
[server]
api_keys = ["{KEY}"]
[[caller]]
name = "other"
key = "{OTHER}"
"""


def text_of(picture):
    return base64.b64encode(picture).decode()


class McpScene(Scene):
    def begin(self, *sandbox_arguments):
        self.box = self.sandbox(*(sandbox_arguments or ("--delay=50ms",)))
        self.server = self.serve(config=CONFIG + backend(self.box))
        return self.api(self.server, KEY)

    def rpc(self, method, params, key=KEY, **headers):
        headers = {"Authorization": f"Bearer {key}", "Accept": "application/json, text/event-stream",
                   **{name.replace("_", "-"): value for name, value in headers.items()}}
        return ask(f"{self.server.url}/mcp", "POST", {
            "jsonrpc": "2.0", "id": 1, "method": method, "params": params}, headers, limit=90)

    def call(self, name, key=KEY, **arguments):
        answer = self.rpc("tools/call", {"name": name, "arguments": arguments}, key)
        self.assertEqual(answer.status, 200, answer)
        return answer.json()["result"]


class Package(McpScene):
    """@modelcontextprotocol/sdk."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        node.install(SOURCES, FOLDER)

    def told(self, *calls):
        answer = json.loads(node.run(
            "mcp.cjs", self.server.url, KEY, json.dumps(calls), directory=self.directory,
            sources=SOURCES, folder=FOLDER, newer=True))
        self.assertEqual(answer["errors"], [])
        return answer

    def test_lists_and_calls_each_tool(self):
        self.begin("--delay=1500ms")
        answer = self.told(
            {"tool": "imagine", "arguments": {"prompt": "a fox --ar 3:2"}, "progress": True},
            {"tool": "task", "arguments": {"id": "$id", "previews": True}},
            {"tool": "press", "arguments": {"id": "$id", "button": "U2"}},
            {"tool": "edit", "arguments": {"prompt": "a hat", "image": text_of(A_PNG)}},
            {"tool": "describe", "arguments": {"image": text_of(A_PNG)}},
            {"tool": "wait", "arguments": {"id": "$id"}})
        self.assertEqual(answer["server"]["name"], "imagined")
        self.assertEqual([one["name"] for one in answer["listed"]],
                         ["imagine", "edit", "describe", "press", "task", "wait"])
        drawn, seen, picked, edited, described, waited = (
            one["told"] for one in answer["answers"])
        for told in (drawn, seen, picked, edited, described, waited):
            self.assertEqual(told["structuredContent"]["status"], "SUCCESS", told)
            self.assertNotIn("isError", told)
        pictures = drawn["structuredContent"]["pictures"]
        self.assertEqual(len(pictures), 4)
        for one in pictures:
            open_picture(ask(one["url"]).body)
            open_picture(ask(one["thumbnail"]).body)
        self.assertEqual(drawn["structuredContent"]["buttons"][0]["label"], "U1")
        steps = [step["progress"] for step in answer["answers"][0]["steps"]]
        self.assertGreater(len(steps), 1)
        self.assertEqual(steps, sorted(set(steps)))
        self.assertEqual(
            [block["type"] for block in seen["content"]],
            ["text", "text"] + ["resource_link"] * 4 + ["image"] * 4)
        open_picture(base64.b64decode(seen["content"][-1]["data"]))
        self.assertEqual(len(picked["structuredContent"]["pictures"]), 1)
        self.assertTrue(described["structuredContent"]["text"])
        self.assertEqual(waited["structuredContent"]["id"], described["structuredContent"]["id"])

    def test_what_is_aborted_is_cancelled(self):
        api = self.begin("--delay=20s")
        answer = self.told({"tool": "imagine", "arguments": {"prompt": "never mind"},
                            "progress": True, "abort_ms": 1000})
        self.assertIn("error", answer["answers"][0])
        [task] = api.ask("/mj/task/list").json()
        task = api.wait(task["id"])
        self.assertEqual((task["status"], task["properties"]["failCode"]), ("FAILURE", "CANCELLED"))


class Behaviour(McpScene):
    def test_a_longer_drawing_is_answered_in_time_with_its_id_and_waited_for(self):
        self.begin("--delay=47s")
        began = time.monotonic()
        told = self.call("imagine", prompt="a slow one")
        self.assertLess(time.monotonic() - began, 45)
        self.assertGreater(time.monotonic() - began, 40)
        task = told["structuredContent"]
        self.assertEqual(task["status"], "IN_PROGRESS")
        self.assertIn("wait", told["content"][0]["text"])
        told = self.call("wait", id=task["id"], seconds=20)
        self.assertEqual(told["structuredContent"]["status"], "SUCCESS")

    def test_a_mask_a_refusal_and_a_failure(self):
        self.begin()
        told = self.call("edit", prompt="a hat", image=text_of(A_PNG), mask=text_of(half_black()))
        self.assertEqual(told["structuredContent"]["status"], "SUCCESS", told)
        self.assertTrue(self.box.calls()[-1]["path"].endswith("inpaint"))
        told = self.call("imagine", prompt="a fox --nonsense")
        self.assertTrue(told["isError"])
        self.assertIn("--nonsense", told["content"][0]["text"])
        self.box.script({"status": 422, "body": {"error": "Prompt failed the safety check"}})
        told = self.call("imagine", prompt="something bad")
        self.assertTrue(told["isError"])
        self.assertEqual(told["structuredContent"]["status"], "FAILURE")
        self.assertIn("safety", told["structuredContent"]["failReason"])

    def test_buttons_that_ask_are_answered(self):
        self.begin()
        drawn = self.call("imagine", prompt="a fox")["structuredContent"]
        single = self.call("press", id=drawn["id"], button="U1")["structuredContent"]
        told = self.call("press", id=single["id"], button="Custom Zoom",
                         prompt="a fox --ar 16:9 --zoom 2")
        self.assertEqual(told["structuredContent"]["status"], "SUCCESS", told)
        told = self.call("press", id=single["id"], button="Vary (Region)")
        self.assertTrue(told["isError"], told)

    def test_others_see_nothing(self):
        self.begin()
        drawn = self.call("imagine", prompt="mine")["structuredContent"]
        for name, more in (("task", {}), ("wait", {}), ("press", {"button": "U1"})):
            told = self.call(name, OTHER, id=drawn["id"], **more)
            self.assertTrue(told["isError"])
            self.assertNotIn(drawn["pictures"][0]["url"], json.dumps(told))
        self.assertEqual(self.rpc("tools/list", {}, "nobody's").status, 401)
        self.assertEqual(len(self.box.calls()), 1)

    def test_a_client_that_hangs_up_loses_nothing(self):
        api = self.begin("--delay=1s")
        self.assertRaises(
            TimeoutError, ask, f"{self.server.url}/mcp", "POST",
            {"jsonrpc": "2.0", "id": 1, "method": "tools/call",
             "params": {"name": "imagine", "arguments": {"prompt": "left"}}},
            {"Authorization": f"Bearer {KEY}"}, limit=0.5)
        wait_until(lambda: api.ask("/mj/task/list").json(), "a task")
        [task] = api.ask("/mj/task/list").json()
        self.assertEqual(api.wait(task["id"])["status"], "SUCCESS")
