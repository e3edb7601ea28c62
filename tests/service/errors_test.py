"""Errors are JSON of one shape on every path and method, down to the framing (contract 3)."""

import json
import socket
from urllib.parse import urlsplit

from .client import ERROR, ask
from .scene import Scene

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND")
ORIGIN = {"Origin": "http://localhost:3000"}  # a page of this machine


class Errors(Scene):
    def setUp(self):
        super().setUp()
        self.server = self.serve()

    def raw(self, request, limit=30):
        """Everything that is answered to these bytes, up to the end of the connection."""
        parts = urlsplit(self.server.url)
        with socket.create_connection((parts.hostname, parts.port), timeout=limit) as link:
            try:
                link.sendall(request)
                link.shutdown(socket.SHUT_WR)
            except OSError:
                pass  # it has answered and closed before all of it was sent
            answered = b""
            while chunk := link.recv(65536):
                answered += chunk
        return answered

    def assert_json_error(self, answered, status):
        head, _, body = answered.partition(b"\r\n\r\n")
        self.assertEqual(int(head.split(b" ", 2)[1]), status, answered[:500])
        fields = [line.split(b":", 1) for line in head.split(b"\r\n")[1:]]
        named = {name.strip().lower(): text.strip() for name, text in fields}
        self.assertTrue(named[b"content-type"].startswith(b"application/json"), head)
        self.assertEqual(len(body), int(named[b"content-length"]))
        allowed = [text.strip() for name, text in fields
                   if name.lower() == b"access-control-allow-origin"]
        self.assertEqual(allowed, [])  # no page asked
        told = json.loads(body)
        ERROR.validate(told)
        self.assertEqual(told["code"], 4 if status < 500 else 9)
        self.assertIsNone(told["result"])
        self.assertEqual(told["message"], told["description"])

    def test_every_method_on_paths_that_do_not_exist(self):
        for path in ("/", "/mj", "/mj/", "/mj/submit", "/mj/submit/", "/mj/task", "/favicon.ico",
                     "/mj/image/", "/v1/mj/nothing", "/mj/mj/nothing", "/%00", "/..%2f..",
                     "/mj/notify", "/mj/account/create", "/a/b/c/d/e"):
            for method in METHODS:
                with self.subTest(f"{method} {path}"):
                    answer = ask(self.server.url + path, method, headers=ORIGIN)
                    self.assertEqual(answer.status, 404, answer)
                    self.assert_readable(answer, method)

    def test_every_method_that_a_path_does_not_have(self):
        for path, allowed in (("/mj/submit/imagine", {"POST"}), ("/mj/task/list", {"GET", "HEAD"}),
                              ("/mj/task/list-by-condition", {"POST"}),
                              ("/mj/image/1234567890123456", {"GET", "HEAD"}),
                              ("/healthz", {"GET", "HEAD"}), ("/fast/mj/submit/action", {"POST"})):
            for method in set(METHODS) - allowed:
                with self.subTest(f"{method} {path}"):
                    answer = ask(self.server.url + path, method, headers=ORIGIN)
                    self.assertEqual(answer.status, 405, answer)
                    self.assertLessEqual(allowed, set(answer.headers["Allow"].split(", ")))
                    self.assert_readable(answer, method)

    def assert_readable(self, answer, method):
        self.assertEqual(answer.headers.get_all("Access-Control-Allow-Origin"),
                         [ORIGIN["Origin"]])
        self.assertTrue(answer.headers["Content-Type"].startswith("application/json"))
        if method == "HEAD":
            self.assertEqual(answer.body, b"")
        else:
            ERROR.validate(answer.json())
            self.assertEqual(answer.json()["code"], 4)

    def test_what_is_not_http_is_400_in_json(self):
        for request in (b"nonsense\r\n\r\n", b"GET /\r\n\r\n", b"GET  / HTTP/1.1\r\nHost: localhost\r\n\r\n",
                        b"GET / HTTP/1.1\r\nHost: localhost\r\nbad header\r\n\r\n",
                        b"GET / HTTP/1.1\r\nHost: localhost\r\nX : y\r\n\r\n",
                        b"POST /mj/submit/imagine HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n",
                        b"POST /mj/submit/imagine HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n"
                        b"Content-Length: 3\r\n\r\n{}",
                        b"POST /mj/submit/imagine HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n"
                        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                        b"POST /mj/submit/imagine HTTP/1.1\r\nHost: localhost\r\n"
                        b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"):
            with self.subTest(request):
                self.assert_json_error(self.raw(request), 400)

    def test_headers_that_are_too_large_are_431_in_json(self):
        for request in (b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Long: " + b"x" * 40000 + b"\r\n\r\n",
                        b"GET /" + b"x" * 40000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
                        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n" + b"X-Many: 1\r\n" * 4000 + b"\r\n"):
            with self.subTest(request[:40]):
                self.assert_json_error(self.raw(request), 431)

    def test_bodies_that_are_too_large_are_413_in_json(self):
        for path in ("/mj/submit/imagine", "/mj/task/list-by-condition", "/v1/mj/submit/describe"):
            with self.subTest(path):
                head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 33554433\r\n\r\n"
                self.assert_json_error(self.raw(head.encode()), 413)

    def test_bodies_that_are_not_json_are_400_on_every_route_that_reads_one(self):
        document = ask(self.server.url + "/openapi.json").json()
        routes = [path for path, item in document["paths"].items()
                  if path.startswith("/mj/") and "{" not in path
                  and "application/json" in item.get("post", {}).get("requestBody", {}).get(
                      "content", {})]
        self.assertGreater(len(routes), 6)
        for path in routes:
            # Less than the 4 KiB of the routes that are open without a key.
            for body in (b"{", b"\xff\xfe{}", b'{"a":1}}', b"[" * 4000):
                with self.subTest(f"{path} {body[:10]}"):
                    answer = ask(self.server.url + path, "POST", body,
                                 {"Content-Type": "application/json"})
                    self.assertEqual(answer.json()["code"], 4, answer)
                    self.assertEqual(answer.status, 400, answer)

    def test_bodies_that_are_json_but_no_object_are_code_4(self):
        for path in ("/mj/submit/imagine", "/mj/submit/change", "/mj/task/list-by-condition"):
            for body in (b"[]", b'"text"', b"7", b"true"):
                with self.subTest(f"{path} {body}"):
                    answer = ask(self.server.url + path, "POST", body)
                    self.assertEqual((answer.status, answer.json()["code"]), (200, 4))

    def test_the_language_of_errors_follows_the_client(self):
        for language, ascii_only in (("en", True), ("en-GB;q=0.8, zh;q=0.5", True), ("zh-CN", False),
                                     ("", False), ("fr", False), ("*", False)):
            with self.subTest(language):
                answer = ask(self.server.url + "/nowhere", headers={"Accept-Language": language})
                self.assertEqual(answer.json()["description"].isascii(), ascii_only)


class Outage(Scene):
    def test_without_redis_reads_and_submits_are_503_in_json(self):
        redis = self.redis()
        server = self.serve(f"--redis.url={redis.url}")
        redis.stop()
        for method, path, body in (
                ("GET", "/mj/task/1234567890123456/fetch", None), ("GET", "/mj/task/list", None),
                ("POST", "/mj/task/list-by-ids", {"ids": ["1234567890123456"]}),
                ("POST", "/mj/submit/imagine", {"prompt": "a cat"}),
                ("POST", "/mj/submit/action",
                 {"taskId": "1234567890123456", "customId": "MJ::JOB::upsample::1::x"})):
            with self.subTest(f"{method} {path}"):
                answer = ask(server.url + path, method, body, ORIGIN)
                self.assertEqual(answer.status, 503, answer)
                ERROR.validate(answer.json())
                self.assertEqual(answer.json()["code"], 9)
                self.assertGreaterEqual(int(answer.headers["Retry-After"]), 1)
                self.assertEqual(answer.headers.get_all("Access-Control-Allow-Origin"),
                                 [ORIGIN["Origin"]])
        self.assertEqual(ask(server.url + "/healthz").status, 200)
        not_ready = ask(server.url + "/readyz")
        self.assertEqual((not_ready.status, not_ready.json()["status"]), (503, "not_ready"))
