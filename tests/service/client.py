"""The clients of a test: of the API, of the sandbox, and the receiver of callbacks."""

import http.client
import http.server
import json
import socket
import threading
import time
import uuid
from pathlib import Path
from urllib.parse import urlsplit

import jsonschema

SCHEMAS = Path(__file__).resolve().parents[2] / "proto-schemas"
TASK_LIMIT = 60


def validator(name):
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text())
    return jsonschema.Draft202012Validator(schema)


TASK = validator("task")
SUBMIT_RESPONSE = validator("submit_response")
ERROR = validator("error")
CALLBACK_EVENT = validator("callback_event")


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"<{self.status} {self.body[:400]!r}>"


def ask(url, method="GET", body=None, headers=None, limit=30):
    """One request on a connection of its own. A dict or list becomes JSON."""
    parts = urlsplit(url)
    headers = dict(headers or {})
    if isinstance(body, (dict, list)):
        body = json.dumps(body).encode()
        headers.setdefault("Content-Type", "application/json")
    link = http.client.HTTPConnection(parts.hostname, parts.port, timeout=limit)
    try:
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        link.request(method, target or "/", body, headers)
        answer = link.getresponse()
        return Answer(answer.status, answer.headers, answer.read())
    finally:
        link.close()


class Api:
    """A Midjourney client. Everything that it is told is checked against proto-schemas."""

    def __init__(self, base, key=None, prefix=""):
        self.base = base
        self.prefix = prefix
        self.headers = {"mj-api-secret": key} if key else {}

    def with_key(self, key):
        return Api(self.base, key, self.prefix)

    def ask(self, path, method="GET", body=None, headers=None):
        headers = {**self.headers, **(headers or {})}
        return ask(self.base + self.prefix + path, method, body, headers)

    def submit(self, what, body, headers=None):
        """The decoded answer of POST /mj/submit/<what>, which must be one of HTTP 200."""
        answer = self.ask(f"/mj/submit/{what}", "POST", body, headers)
        assert answer.status == 200, answer
        told = answer.json()
        SUBMIT_RESPONSE.validate(told)
        return told

    def imagine(self, prompt, headers=None, **more):
        return self.submit("imagine", {"prompt": prompt, **more}, headers)

    def accepted(self, prompt, **more):
        """The id of an imagine that must have been accepted."""
        told = self.imagine(prompt, **more)
        assert told["code"] in (1, 22), told
        return told["result"]

    def fetch(self, task_id):
        answer = self.ask(f"/mj/task/{task_id}/fetch")
        assert answer.status == 200, answer
        task = answer.json()
        TASK.validate(task)
        return task

    def ended(self, task_id):
        """The task as it ended, of one that ends in its submit: fetches hide that for a moment."""
        answer = self.ask("/mj/task/list-by-condition", "POST", {"ids": [task_id]})
        assert answer.status == 200, answer
        (task,) = answer.json()
        TASK.validate(task)
        assert task["status"] == "SUCCESS", task
        return task

    def wait(self, task_id, *statuses, limit=TASK_LIMIT):
        """The task once it has one of `statuses` (by default, once it has ended)."""
        statuses = statuses or ("SUCCESS", "FAILURE")
        end = time.monotonic() + limit
        while True:
            task = self.fetch(task_id)
            if task["status"] in statuses:
                return task
            assert task["status"] not in ("SUCCESS", "FAILURE"), task
            assert time.monotonic() < end, f"not {statuses} within {limit} s: {task}"
            time.sleep(0.03)

    def draw(self, prompt, **more):
        """Submits an imagine and returns the task, which must succeed."""
        task = self.wait(self.accepted(prompt, **more))
        assert task["status"] == "SUCCESS", task
        return task


class Sandbox:
    """The witness: what the simulated Ideogram was asked and what it charged."""

    def __init__(self, url):
        self.url = url

    def ledger(self):
        return ask(self.url + "/__ledger").json()

    def calls(self):
        return self.ledger()["calls"]

    def sent(self, place, name, occurrence=0):
        """The bytes of a picture that call `place` of the ledger brought in the field `name`."""
        answer = ask(f"{self.url}/__ledger/{place}/{name}/{occurrence}")
        assert answer.status == 200, answer
        return answer.body

    def script(self, *entries):
        answer = ask(self.url + "/__script", "POST", list(entries))
        assert answer.status < 300, answer

    def repeat(self, call, header):
        """Asks the sandbox once more for what a ledger's call asked for, and downloads pictures."""
        boundary = uuid.uuid4().hex
        parts = "".join(
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'
            for name, text in call["request"].items())
        body = (parts + f"--{boundary}--\r\n").encode()
        answer = ask(self.url + call["path"], "POST", body, {
            **header, "Content-Type": f"multipart/form-data; boundary={boundary}"})
        assert answer.status == 200, answer
        return [ask(entry["url"]).body for entry in answer.json()["data"]]


class Sink:
    """Receives callbacks and answers them as told: `statuses` first, then 200."""

    def __init__(self, statuses=()):
        self.events = []
        self._statuses = list(statuses)
        self._changed = threading.Condition()
        self._open = threading.Event()
        self._open.set()
        sink = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = sink._record(dict(self.headers), body)
                sink._open.wait()
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                pass  # a client that is killed, or that drops a kept connection, is no error here

        self._server = Server(("127.0.0.1", 0), Handler)
        self.address = f"127.0.0.1:{self._server.server_port}"
        self.url = f"http://{self.address}/hook"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def _record(self, headers, body):
        with self._changed:
            status = self._statuses.pop(0) if self._statuses else 200
            names = {name.lower(): text for name, text in headers.items()}
            self.events.append(
                {"headers": names, "raw": body, "task": json.loads(body), "status": status})
            self._changed.notify_all()
            return status

    def hold(self):
        """From now on nothing is answered."""
        self._open.clear()

    def let_go(self):
        """Answers what is held, and everything from now on."""
        self._open.set()

    def accept(self):
        """From now on everything is answered 200."""
        with self._changed:
            self._statuses.clear()

    def wait_for(self, condition, what, limit=TASK_LIMIT):
        with self._changed:
            if not self._changed.wait_for(lambda: condition(self.events), limit):
                seen = [(e["status"], e["task"]["status"]) for e in self.events]
                raise AssertionError(f"{what}: not within {limit} s, but {seen}")
            return list(self.events)

    def wait_for_end(self, task_id, limit=TASK_LIMIT):
        """All events up to the delivered terminal one of the task."""
        def ended(events):
            return any(e["task"]["id"] == task_id and e["status"] == 200
                       and e["task"]["status"] in ("SUCCESS", "FAILURE") for e in events)
        return self.wait_for(ended, f"the terminal callback of {task_id}", limit)

    def close(self):
        self._server.shutdown()
        self._server.server_close()


class RudeSink:
    """Receives callbacks, and answers each on a connection of its own with `start`, and then with
    `more` for as long as anybody listens."""

    def __init__(self, start, more=b""):
        self.statuses = []  # of the tasks that were posted
        self._changed = threading.Condition()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self._listening.getsockname()[1]
        self.url = f"http://{self.address}/hook"
        self._start, self._more = start, more
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                link, _ = self._listening.accept()
            except OSError:
                return  # closed
            threading.Thread(target=self._serve, args=(link,), daemon=True).start()

    def _serve(self, link):
        with link, link.makefile("rb") as reader:
            length = 0
            while (line := reader.readline().strip()):
                name, _, text = line.partition(b":")
                length = int(text) if name.lower() == b"content-length" else length
            if length == 0:
                return
            task = json.loads(reader.read(length))
            with self._changed:
                self.statuses.append(task["status"])
                self._changed.notify_all()
            try:
                link.sendall(self._start)
                while self._more:
                    link.sendall(self._more)
            except OSError:
                pass  # nobody listens any more

    def wait_for(self, status, limit=TASK_LIMIT):
        with self._changed:
            assert self._changed.wait_for(lambda: status in self.statuses, limit), self.statuses

    def close(self):
        self._listening.close()


def without_bill(task):
    """What a call cost that was in flight at a cancel is known, and shown, when it has ended."""
    known = {name: value for name, value in task["properties"].items()
             if name not in ("cost", "billed")}
    return {**task, "properties": known}
