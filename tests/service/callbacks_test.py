"""Callbacks: signed, in order, and the last one always."""

import base64
import hashlib
import hmac
import subprocess
import tempfile
import time
from pathlib import Path

from .client import CALLBACK_EVENT, TASK_LIMIT, RudeSink, ask
from .processes import wait_until
from .scene import Scene, backend, spelled

KEYS = [b"0123456789abcdefghijklmnopqrstuv", b"vutsrqponmlkjihgfedcba9876543210"]
SECRETS = ["whsec_" + base64.b64encode(key).decode() for key in KEYS]
PLACES = 16  # of one receiver
ORDER = {"SUBMITTED": 1, "IN_PROGRESS": 2, "SUCCESS": 3, "FAILURE": 3}


def rank(event):
    task = event["task"]
    return ORDER[task["status"]], int((task["progress"] or "0%").rstrip("%"))


class Callbacks(Scene):
    def serve_with(self, sink, more="", schedule=("0s", "100ms", "100ms", "100ms", "100ms"),
                   secrets=(), signing_key=""):
        return self.serve(config=(
            f"[callback]\nallow = {spelled([sink.address])}\n"
            f"schedule = {spelled(schedule)}\nsecrets = {spelled(secrets)}\n"
            f'signing_key = "{signing_key}"\n{more}'))

    def test_events_come_in_order_and_the_end_comes_last(self):
        sandbox = self.sandbox("--delay=2s")
        sink = self.sink()
        api = self.api(self.serve_with(sink, backend(sandbox)))
        task_id = api.accepted("a slow train", notifyHook=sink.url, state="s-1")
        events = sink.wait_for_end(task_id)
        for event in events:
            CALLBACK_EVENT.validate(event["task"])
            self.assertEqual(event["task"]["id"], task_id)
            self.assertEqual(event["task"]["state"], "s-1")
        self.assertEqual([rank(e) for e in events], sorted(rank(e) for e in events))
        statuses = [event["task"]["status"] for event in events]
        self.assertEqual(statuses[0], "SUBMITTED")
        self.assertIn("IN_PROGRESS", statuses)
        self.assertEqual(statuses[-1], "SUCCESS")
        self.assertEqual(events[-1]["task"], api.fetch(task_id))

    def test_a_receiver_that_fails_three_times_still_gets_the_end(self):
        sink = self.sink([503, 503, 503])
        api = self.api(self.serve_with(sink))
        task_id = api.accepted("try again", notifyHook=sink.url)
        events = sink.wait_for_end(task_id)
        self.assertEqual([e["status"] for e in events[:3]], [503, 503, 503])
        self.assertEqual(events[-1]["task"]["status"], "SUCCESS")
        delivered = [e for e in events if e["status"] == 200]
        self.assertEqual([rank(e) for e in delivered], sorted(rank(e) for e in delivered))

    def test_a_repeated_event_keeps_its_id_and_its_signature_verifies(self):
        sink = self.sink([500, 500])
        api = self.api(self.serve_with(sink, secrets=SECRETS))
        task_id = api.accepted("signed", notifyHook=sink.url)
        events = sink.wait_for_end(task_id)
        bodies = {}
        for event in events:
            headers = event["headers"]
            bodies.setdefault(headers["webhook-id"], set()).add(event["raw"])
            self.assertLess(abs(time.time() - int(headers["webhook-timestamp"])), 60)
            signed = b".".join([headers["webhook-id"].encode(),
                                headers["webhook-timestamp"].encode(), event["raw"]])
            expected = ["v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest())
                        .decode() for key in KEYS]
            self.assertEqual(sorted(headers["webhook-signature"].split(" ")), sorted(expected))
        for webhook_id, variants in bodies.items():
            self.assertEqual(len(variants), 1, webhook_id)

    def test_a_receiver_checks_an_ed25519_signature_with_the_key_set(self):
        seed = base64.b64encode(bytes(range(32))).decode()
        sink = self.sink()
        server = self.serve_with(sink, secrets=SECRETS[:1], signing_key="whsk_" + seed)
        api = self.api(server)
        [key] = ask(server.url + "/.well-known/jwks.json").json()["keys"]
        self.assertEqual((key["kty"], key["crv"]), ("OKP", "Ed25519"))
        self.assertNotIn("d", key)
        half = base64.urlsafe_b64decode(key["x"] + "=")
        task_id = api.accepted("signed for all", notifyHook=sink.url)
        event = sink.wait_for_end(task_id)[-1]
        headers = event["headers"]
        shared, own = headers["webhook-signature"].split(" ")
        self.assertTrue(shared.startswith("v1,"))
        self.assertTrue(own.startswith("v1a,"))
        signed = b".".join([headers["webhook-id"].encode(),
                            headers["webhook-timestamp"].encode(), event["raw"]])
        signature = base64.b64decode(own.removeprefix("v1a,"))
        self.assertTrue(self.is_signed(half, signed, signature))
        self.assertFalse(self.is_signed(half, signed + b" ", signature))
        self.assertNotIn(seed, server.log)

    def is_signed(self, half, signed, signature):
        """Asks OpenSSL; the key in the form of RFC 8410."""
        with tempfile.TemporaryDirectory() as holder:
            files = {"key": bytes.fromhex("302a300506032b6570032100") + half,
                     "text": signed, "signature": signature}
            for name, content in files.items():
                Path(holder, name).write_bytes(content)
            said = subprocess.run(
                ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", "key",
                 "-rawin", "-in", "text", "-sigfile", "signature"],
                cwd=holder, capture_output=True, timeout=60, check=False)
            return said.returncode == 0

    def test_without_a_secret_nothing_is_signed(self):
        sink = self.sink()
        api = self.api(self.serve_with(sink))
        events = sink.wait_for_end(api.accepted("unsigned", notifyHook=sink.url))
        for event in events:
            self.assertNotIn("webhook-signature", event["headers"])
            self.assertIn("webhook-id", event["headers"])

    def test_a_2xx_is_a_delivery_whatever_stands_behind_it(self):
        ok = b"HTTP/1.1 200 OK\r\n"
        answers = {
            "a long page": (ok + b"Content-Length: 2000000\r\n\r\n" + b"x" * 2000000, b""),
            "a page without end": (ok + b"\r\n", b"x" * 65536),
            "chunks without end": (ok + b"Transfer-Encoding: chunked\r\n\r\n", b"2\r\nhi\r\n"),
            "a reason that is none": (b"HTTP/1.1 204 \x01\xff\r\n\r\n", b""),
            "no reason": (b"HTTP/1.1 202\r\n\r\n", b""),
            "odd fields": (ok + b"no field\r\nContent-Length: x\r\n\r\n", b""),
        }
        sinks = {name: RudeSink(*answer) for name, answer in answers.items()}
        for sink in sinks.values():
            self.addCleanup(sink.close)
        redis, polite = self.redis(), self.sink()
        allowed = spelled([polite.address] + [sink.address for sink in sinks.values()])
        api = self.api(self.serve(config=(
            f'[callback]\nallow = {allowed}\nschedule = ["0s", "1s", "1s"]\n'
            f'[redis]\nurl = "{redis.url}"\n')))
        told = {name: api.submit("shorten", {"prompt": name, "notifyHook": sink.url})["result"]
                for name, sink in sinks.items()}
        for name, task_id in told.items():
            self.until(lambda task_id=task_id: redis.ask(
                "ZSCORE", "imagined:{0}:oq:", task_id) is None, f"{name}: nothing is owed")
            self.assertEqual(redis.ask("EXISTS", f"imagined:{{0}}:o:{task_id}"), 0, name)
            self.assertEqual(sinks[name].statuses, ["SUCCESS"], name)
        self.assertEqual(redis.ask("ZCARD", "imagined:{0}:dead"), 0)

    def test_410_ends_the_deliveries_of_a_task(self):
        sink = self.sink([410])
        api = self.api(self.serve_with(sink))
        gone = api.accepted("gone", notifyHook=sink.url)
        api.wait(gone)
        # The next task's end shows that another delivery would have had its time.
        events = sink.wait_for_end(api.accepted("the next one", notifyHook=sink.url))
        self.assertEqual([e["status"] for e in events if e["task"]["id"] == gone], [410])

    def test_redirects_are_not_followed(self):
        sink = self.sink([302, 302, 302])
        api = self.api(self.serve_with(sink))
        task_id = api.accepted("elsewhere", notifyHook=sink.url)
        events = sink.wait_for_end(task_id)
        self.assertEqual(events[0]["status"], 302)
        self.assertEqual(events[-1]["status"], 200)

    def test_a_failure_is_called_back_too(self):
        sandbox = self.sandbox()
        sandbox.script({"status": 422, "body": {"error": "Prompt provided failed safety check"}})
        sink = self.sink()
        api = self.api(self.serve_with(sink, backend(sandbox)))
        task_id = api.accepted("refused", notifyHook=sink.url)
        last = sink.wait_for_end(task_id)[-1]["task"]
        self.assertEqual(last["status"], "FAILURE")
        self.assertEqual(last["properties"]["failCode"], "CONTENT_REJECTED")
        self.assertTrue(last["failReason"])

    def test_the_default_url_receives_what_names_no_hook(self):
        sink = self.sink()
        api = self.api(self.serve(config=f'[callback]\ndefault_url = "{sink.url}"\n'))
        task_id = api.accepted("by default", notifyHook="")
        self.assertEqual(sink.wait_for_end(task_id)[-1]["task"]["status"], "SUCCESS")

    def test_an_instant_upscale_is_called_back_once(self):
        sink = self.sink()
        api = self.api(self.serve_with(sink))
        task = api.draw("a grid")
        told = api.submit("action", {
            "taskId": task["id"], "customId": task["buttons"][0]["customId"],
            "notifyHook": sink.url})
        events = sink.wait_for_end(told["result"])
        self.assertEqual([e["task"]["status"] for e in events], ["SUCCESS"])

    def test_a_crowd_before_one_receiver_gives_back_what_finds_no_place(self):
        redis, sink = self.redis(), self.sink()
        api = self.api(self.serve_with(sink, f'[redis]\nurl = "{redis.url}"\n'))
        sink.hold()
        crowd = {api.accepted(f"crowd {i}", notifyHook=sink.url) for i in range(PLACES + 8)}
        sink.wait_for(lambda events: len(events) == PLACES, "as many as there are places")
        inside = {event["task"]["id"] for event in sink.events}
        leased, given_back = set(), set()

        def all_given_back():
            for task_id in crowd - inside:
                if redis.ask("HGET", f"imagined:{{0}}:t:{task_id}", "on"):
                    leased.add(task_id)
                elif task_id in leased:
                    given_back.add(task_id)
            return given_back == crowd - inside

        wait_until(all_given_back, "an event untried stays leased to who has no place for it")
        sink.let_go()
        for task_id in crowd:
            sink.wait_for_end(task_id)
        told = [event["headers"]["webhook-id"] for event in sink.events]
        self.assertEqual(len(told), len(set(told)))

    def test_an_undelivered_end_survives_a_restart(self):
        sink = self.sink([503] * 1000)
        schedule = ["0s"] + ["1s"] * 120
        server = self.serve_with(sink, schedule=schedule)
        task_id = self.api(server).accepted("after the restart", notifyHook=sink.url)
        sink.wait_for(lambda events: any(
            e["task"]["status"] == "SUCCESS" for e in events), "an attempt at the end")
        server.kill()
        sink.accept()
        server = self.serve_with(sink, schedule=schedule)
        # The delivery that died with its process is leased until it would have timed out.
        events = sink.wait_for_end(task_id, limit=2 * TASK_LIMIT)
        self.assertEqual(events[-1]["task"]["status"], "SUCCESS")
