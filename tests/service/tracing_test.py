"""The trace of a task: from the submit to the backend's calls, the callbacks and the log."""

import http.client
import json
import re
from urllib.parse import urlsplit

from .client import ask
from .scene import Scene, backend

TRACE = "0af7651916cd43dd8448eb211c80319c"
SPAN = "b7ad6b7169203331"
SENT = f"00-{TRACE}-{SPAN}-01"
VALID = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-(0[0-3])")


def parts(header):
    """(trace, span, flags) of a header, which must be valid."""
    match = VALID.fullmatch(header)
    assert match, header
    return match.groups()


class Tracing(Scene):
    def setUp(self):
        super().setUp()
        self.upstream = self.sandbox()
        self.hook = self.sink()
        self.server = self.serve("--log.format=json", "--log.level=debug", config=(
            f'[callback]\nallow = ["{self.hook.address}"]\n[log]\nprompts = true\n'
            + backend(self.upstream)))
        self.client = self.api(self.server)

    def imagine(self, *headers):
        """The id of an imagine with these traceparent headers, once its end was called back."""
        parts_of = urlsplit(self.server.url)
        link = http.client.HTTPConnection(parts_of.hostname, parts_of.port, timeout=30)
        self.addCleanup(link.close)
        body = json.dumps({"prompt": "a red fox", "notifyHook": self.hook.url}).encode()
        link.putrequest("POST", "/mj/submit/imagine")
        for name, text in [("Content-Type", "application/json"),
                           ("Content-Length", str(len(body))), *headers]:
            link.putheader(name, text)
        link.endheaders(body)
        told = json.loads(link.getresponse().read())
        self.assertIn(told["code"], (1, 22), told)
        self.hook.wait_for_end(told["result"])
        return told["result"]

    def calls_and_callbacks(self):
        calls = [call["traceparent"] for call in self.upstream.calls()]
        hooks = [event["headers"]["traceparent"] for event in self.hook.events]
        self.assertTrue(calls and hooks)
        return calls + hooks

    def lines_about(self, task_id):
        lines = [json.loads(line) for line in self.server.log.splitlines()]
        return [line for line in lines if line.get("task") == task_id]

    def test_the_trace_of_a_submit_goes_with_its_task(self):
        task_id = self.imagine(("traceparent", SENT))
        seen = [parts(header) for header in self.calls_and_callbacks()]
        self.assertEqual({(trace, flags) for trace, _, flags in seen}, {(TRACE, "01")})
        spans = [span for _, span, _ in seen]
        self.assertEqual(len(spans), len({*spans, SPAN}) - 1, "each request is a span of its own")
        self.until(lambda: any(line["message"] == "task ended"
                               for line in self.lines_about(task_id)), "the end in the log")
        lines = self.lines_about(task_id)
        self.assertEqual({line["trace"] for line in lines}, {TRACE})
        messages = {line["message"]: line for line in lines}
        self.assertLessEqual({"task accepted", "call ended", "task ended"}, set(messages))
        self.assertEqual(messages["call ended"]["span"], parts(
            self.upstream.calls()[0]["traceparent"])[1])

    def test_without_a_valid_one_the_task_has_a_trace_of_its_own(self):
        bad = [[], [("traceparent", SENT), ("Traceparent", SENT)]]
        bad += [[("traceparent", text)] for text in (
            SENT.upper(), "ff" + SENT[2:], SENT + "-00", SENT[:-1], f"00-{'0' * 32}-{SPAN}-01",
            f"00-{TRACE}-{'0' * 16}-01", "nonsense")]
        traces = set()
        for headers in bad:
            self.hook.events.clear()
            before = len(self.upstream.calls())
            task_id = self.imagine(*headers)
            call = parts(self.upstream.calls()[before]["traceparent"])
            mine = {parts(event["headers"]["traceparent"])[0] for event in self.hook.events}
            self.assertEqual(mine, {call[0]})
            self.assertNotIn(TRACE, mine)
            self.assertEqual({line["trace"] for line in self.lines_about(task_id)}, mine)
            traces |= mine
        self.assertEqual(len(traces), len(bad), "no two tasks share one")

    def test_every_kind_of_submit_takes_one(self):
        native = {"prompt": "a red fox", "model": "V_3"}
        for path, body in (("/v1/tasks", {"prompt": "a red fox"}),
                           ("/v1/mj/submit/imagine", {"prompt": "a red fox"}),
                           ("/ideogram/submit/generate", native),
                           ("/generate", {"image_request": {**native, "model": "V_2"}})):
            before = len(self.upstream.calls())
            answer = ask(self.server.url + path, "POST", body, {"traceparent": SENT})
            self.assertLess(answer.status, 300, answer)
            self.until(lambda: len(self.upstream.calls()) > before, f"the call of {path}")
            self.assertEqual(parts(self.upstream.calls()[before]["traceparent"])[0], TRACE, path)

    def test_an_answered_modal_keeps_the_trace_of_its_question(self):
        drawn = self.client.draw("a red fox")
        button = next(b for b in drawn["buttons"] if b["label"] == "V1")
        asked = self.client.submit(
            "action", {"taskId": drawn["id"], "customId": button["customId"], "enableRemix": True},
            {"traceparent": SENT})
        self.assertEqual(asked["code"], 21, asked)
        other = SENT.replace(TRACE, "1" * 32)
        told = self.client.submit("modal", {"taskId": asked["result"], "prompt": "a blue fox"},
                                  {"traceparent": other})
        self.assertEqual(self.client.wait(told["result"])["status"], "SUCCESS")
        self.assertEqual(parts(self.upstream.calls()[-1]["traceparent"])[0], TRACE)

    def test_a_repeated_submit_may_come_in_another_trace(self):
        key = {"Idempotency-Key": "once"}
        first = self.client.imagine("a red fox", {**key, "traceparent": SENT})
        again = self.client.imagine("a red fox", key)
        self.assertEqual(first["result"], again["result"])
        self.client.wait(first["result"])
        self.assertEqual([parts(c["traceparent"])[0] for c in self.upstream.calls()], [TRACE])


class KeptTrace(Scene):
    def test_another_process_knows_the_trace(self):
        redis, upstream = self.redis(), self.sandbox()
        config = (f'[redis]\nurl = "{redis.url}"\n[data]\ndir = "{self.directory}/data"\n'
                  + backend(upstream))
        api = self.api(self.serve("--role=api", config=config, name="front"))
        task_id = api.imagine("a red fox", {"traceparent": SENT})["result"]
        self.serve("--role=worker", config=config, name="worker")
        api.wait(task_id)
        self.assertEqual(parts(upstream.calls()[0]["traceparent"])[0], TRACE)
