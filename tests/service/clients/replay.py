"""Sends a client's recorded conversation, step by step, and checks what that client reads.

A conversation is a JSON file of this folder: `headers` that every request carries, and `steps`.
A step has `what` it is in words, `send` (method and path, or a whole URL) and, where they apply:
`body` (JSON), `raw` (text as it is), `chunked` (no Content-Length), `headers`, `status` (200),
`reads` ({path: form}, see forms.py), `answers` ({header: form}), `raw_has` and `raw_lacks` (text of
the answer), `picture` (the answer is one), `keep` ({name: path}, for later steps), `until` (asks
again until these forms are met) and `never` (forms that no answer on the way may meet).
A step with `callback` waits instead for the callback of that status. In all texts ${name} is what
was kept, and ${+name} the number that it spells; ${key}, ${hook}, ${png} and ${mask} are there from
the beginning. The conversation's `base` stands before every path; `script` and `delay` are the
sandbox's, `config` the server's. With `browser`, an origin, every request is made as a browser
makes it: after a preflight where one is due, and an answer that does not name the origin is not
read."""

import http.client
import io
import json
import re
import time
from urllib.parse import urlsplit

from PIL import Image

from .forms import complaints, look_up, meets

POLL_LIMIT = 60
SAFE_HEADERS = {"accept", "accept-language", "content-language"}
SAFE_TYPES = {"application/x-www-form-urlencoded", "multipart/form-data", "text/plain"}


class Mismatch(AssertionError):
    """The client would have failed here."""


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers  # a list of pairs, so that a repeated one is seen
        self.body = body

    def all(self, name):
        return [text for known, text in self.headers if known.lower() == name.lower()]


def spelled_out(value, known):
    """The value with every ${name} in its texts replaced; a text that is nothing else becomes what
    was kept, with its type."""
    if isinstance(value, dict):
        return {name: spelled_out(item, known) for name, item in value.items()}
    if isinstance(value, list):
        return [spelled_out(item, known) for item in value]
    if not isinstance(value, str):
        return value
    whole = re.fullmatch(r"\$\{(\+?)(\w+)\}", value)
    if whole:
        return int(known[whole.group(2)]) if whole.group(1) else known[whole.group(2)]
    return re.sub(r"\$\{(\w+)\}", lambda found: str(known[found.group(1)]), value)


class Replay:
    def __init__(self, conversation, base, known, sink=None):
        self.conversation = conversation
        self.base = base
        self.known = dict(known)
        self.sink = sink
        self.origin = conversation.get("browser")

    def run(self):
        for step in self.conversation["steps"]:
            try:
                self._take(step)
            except Mismatch as wrong:
                raise Mismatch(f"{self.conversation['client']}: {step['what']}: {wrong}") from None

    def _take(self, step):
        if "callback" in step:
            self._receive(step)
            return
        end = time.monotonic() + POLL_LIMIT
        while True:
            answer = self._ask(step)
            told = self._read(step, answer)
            if "until" not in step or not list(complaints(told, step["until"])):
                break
            never = {path: form for path, form in step.get("never", {}).items()
                     if not list(complaints(told, {path: form}))}
            if never or time.monotonic() > end:
                raise Mismatch(f"never {step['until']}, but {told}")
            time.sleep(0.05)
        self._check(step.get("reads", {}), told)
        for name, path in step.get("keep", {}).items():
            self.known[name] = look_up(told, path)[0]

    def _receive(self, step):
        task = spelled_out(step["id"], self.known)

        def met(events):
            return [event["task"] for event in events if event["task"]["id"] == task
                    and event["task"]["status"] == step["callback"]]
        events = self.sink.wait_for(met, f"the callback {step['callback']} of {task}")
        for told in met(events):
            self._check(step.get("reads", {}), told)

    def _check(self, reads, told):
        wrong = list(complaints(told, spelled_out(reads, self.known)))
        if wrong:
            raise Mismatch("; ".join(wrong) + f"\nin {json.dumps(told, ensure_ascii=False)[:3000]}")

    def _read(self, step, answer):
        wanted = step.get("status", 200)
        if answer.status != wanted:
            raise Mismatch(f"HTTP {answer.status} instead of {wanted}: {answer.body[:500]!r}")
        for name, form in step.get("answers", {}).items():
            found = answer.all(name)
            if len(found) != 1 or not meets(found[0], form):
                raise Mismatch(f"header {name} is {found}")
        if self.origin:
            self._check_origin(answer)
        for text in step.get("raw_has", []):
            if text.encode() not in answer.body:
                raise Mismatch(f"{text!r} is not in {answer.body[:500]!r}")
        for text in step.get("raw_lacks", []):
            if text.encode() in answer.body:
                raise Mismatch(f"{text!r} is in {answer.body[:500]!r}")
        if step.get("picture"):
            picture = Image.open(io.BytesIO(answer.body))
            picture.load()
            return {"width": picture.width, "height": picture.height, "format": picture.format}
        try:
            return json.loads(answer.body)
        except ValueError:
            raise Mismatch(f"not JSON: {answer.body[:500]!r}") from None

    # -- One request -------------------------------------------------------------------------

    def _ask(self, step):
        method, target = spelled_out(step["send"], self.known)
        url = target if target.startswith("http") else (
            self.base + self.conversation.get("base", "") + target)
        shared = {} if step.get("alone") else self.conversation.get("headers", {})
        headers = spelled_out({**shared, **step.get("headers", {})}, self.known)
        body = None
        if "body" in step:
            body = json.dumps(spelled_out(step["body"], self.known), ensure_ascii=False).encode()
        elif "raw" in step:
            body = step["raw"].encode()
        if self.origin:
            self._preflight(method, url, headers)
            headers = {**headers, "Origin": self.origin}
        return exchange(method, url, headers, body, step.get("chunked", False))

    def _preflight(self, method, url, headers):
        """What a browser asks before a request that is not "simple", and what it insists on."""
        unsafe = sorted(
            name.lower() for name, text in headers.items() if name.lower() not in SAFE_HEADERS
            and not (name.lower() == "content-type" and text.split(";")[0] in SAFE_TYPES))
        if not unsafe:
            return
        answer = exchange("OPTIONS", url, {
            "Origin": self.origin, "Accept": "*/*", "Access-Control-Request-Method": method,
            "Access-Control-Request-Headers": ",".join(unsafe)}, None, False)
        if not 200 <= answer.status < 300:
            raise Mismatch(f"the preflight got HTTP {answer.status}")
        self._check_origin(answer)
        allowed = {name.strip().lower()
                   for text in answer.all("Access-Control-Allow-Headers")
                   for name in text.split(",")}
        if not set(unsafe) <= allowed:
            raise Mismatch(f"the preflight does not allow {sorted(set(unsafe) - allowed)}")

    def _check_origin(self, answer):
        allowed = answer.all("Access-Control-Allow-Origin")
        if allowed not in (["*"], [self.origin]):
            raise Mismatch(f"Access-Control-Allow-Origin is {allowed}")


def exchange(method, url, headers, body, chunked):
    """One request, with exactly these headers and what HTTP itself needs."""
    parts = urlsplit(url)
    link = http.client.HTTPConnection(parts.hostname, parts.port, timeout=POLL_LIMIT)
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        link.putrequest(method, target, skip_accept_encoding=True)
        for name, text in headers.items():
            link.putheader(name, text)
        if chunked:
            link.putheader("Transfer-Encoding", "chunked")
        elif body is not None or method == "POST":
            link.putheader("Content-Length", str(len(body or b"")))
        link.endheaders()
        if chunked:
            send_in_chunks(link, body)
        elif body:
            link.send(body)
        answer = link.getresponse()
        return Answer(answer.status, answer.getheaders(), answer.read())
    finally:
        link.close()


def send_in_chunks(link, body):
    """As a streaming proxy forwards it: pieces whose borders mean nothing."""
    size = max(1, len(body) // 3)
    for first in range(0, len(body), size):
        piece = body[first:first + size]
        link.send(b"%x\r\n%s\r\n" % (len(piece), piece))
    link.send(b"0\r\n\r\n")
