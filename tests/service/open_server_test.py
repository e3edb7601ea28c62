"""A server without keys: what pages of other sites, and names that lead here, may do. Requests are
written by hand, as no client of a library would send them."""

import socket

from .client import Answer
from .scene import Scene


class Raw(Scene):
    def setUp(self):
        super().setUp()
        self.server = None

    def send(self, method, target, headers, body=b"", version="HTTP/1.1"):
        """One request with exactly these headers; `headers` is a list of pairs."""
        host, port = self.server.url.removeprefix("http://").split(":")
        lines = [f"{method} {target} {version}"] + [f"{name}: {text}" for name, text in headers]
        if body or method in ("POST", "PATCH"):
            lines.append(f"Content-Length: {len(body)}")
        lines += ["Connection: close", "", ""]
        with socket.create_connection((host, int(port)), timeout=30) as link:
            link.sendall("\r\n".join(lines).encode() + body)
            received = b""
            while piece := link.recv(65536):
                received += piece
        head, _, rest = received.partition(b"\r\n\r\n")
        first, *fields = head.decode().split("\r\n")
        named = {}
        for field in fields:
            name, _, text = field.partition(": ")
            named[name.lower()] = text
        return Answer(int(first.split()[1]), named, rest)

    def host(self):
        return self.server.url.removeprefix("http://")


IMAGINE = b'{"prompt":"spent by a stranger"}'


class OpenServer(Raw):
    def setUp(self):
        super().setUp()
        self.server = self.serve_as(
            "https://pictures.example",
            config='[server]\ncors_origins = ["*", "https://app.example"]\n')

    def test_no_foreign_page_spends_or_reads(self):
        for origin in ("https://evil.example", "null", "http://pictures.example",
                       "https://localhost.evil.example"):
            for method, target, body in (
                    ("POST", "/mj/submit/imagine", IMAGINE), ("GET", "/mj/task/list", b""),
                    ("PATCH", "/v1/admin/queue", b'{"intake":"paused"}'),
                    ("OPTIONS", "/mj/submit/imagine", b""), ("GET", "/console/", b""),
                    ("DELETE", "/v1/session", b""), ("GET", "/", b""), ("BREW", "/tea", b"")):
                with self.subTest(f"{origin} {method} {target}"):
                    answer = self.send(method, target, [
                        ("Host", self.host()), ("Origin", origin), ("Content-Type", "text/plain"),
                    ], body)
                    self.assertEqual(answer.status, 403)
                    self.assertNotIn("access-control-allow-origin", answer.headers)
                    self.assertIn("Origin", answer.headers["vary"])
        self.assertEqual(self.api(self.server).ask("/mj/task/list").json(), [])
        self.assertEqual(self.api(self.server).ask("/v1/admin/queue").json()["intake"], "open")

    def test_a_name_that_leads_here_reads_nothing(self):
        for host in ("evil.example", "evil.example:8080", "127.0.0.1.evil.example", "0.0.0.0:80",
                     "localhost.evil.example", "10.0.0.1", ""):
            for target in ("/mj/task/list", "/", "/console/", "/docs/", "/nowhere", "/metrics"):
                with self.subTest(f"{host} {target}"):
                    answer = self.send("GET", target, [("Host", host)])
                    self.assertEqual(answer.status, 421)
                    self.assertEqual(answer.headers["content-type"].split(";")[0],
                                     "application/json")
        answer = self.send("GET", "http://evil.example/mj/task/list", [("Host", self.host())])
        self.assertEqual(answer.status, 421)

    def test_this_machine_and_public_url_are_at_home(self):
        for host in (self.host(), "localhost:1", "LOCALHOST", "127.3.2.1:99", "[::1]:8080",
                     "pictures.example", "pictures.example:443"):
            with self.subTest(host):
                self.assertEqual(self.send("GET", "/mj/task/list", [("Host", host)]).status, 200)
        self.assertEqual(self.send("GET", "/mj/task/list", [], version="HTTP/1.0").status, 200)
        self.assertEqual(self.send("GET", "/mj/task/list", []).status, 400)

    def test_pages_of_home_and_those_named_are_echoed(self):
        for origin in ("http://localhost:3000", "http://127.0.0.1", "http://[::1]:5173",
                       "https://pictures.example", "https://app.example"):
            with self.subTest(origin):
                answer = self.send("GET", "/mj/task/list", [
                    ("Host", self.host()), ("Origin", origin)])
                self.assertEqual(answer.status, 200)
                self.assertEqual(answer.headers["access-control-allow-origin"], origin)
                self.assertIn("Origin", answer.headers["vary"])
                preflight = self.send("OPTIONS", "/mj/submit/imagine", [
                    ("Host", self.host()), ("Origin", origin),
                    ("Access-Control-Request-Method", "POST")])
                self.assertEqual(preflight.status, 204)
                self.assertEqual(preflight.headers["access-control-allow-origin"], origin)

    def test_another_site_may_lead_here_and_show_a_picture(self):
        task = self.api(self.server).draw("seen from elsewhere")
        picture = "/mj/image/" + task["id"]
        across = [("Host", self.host()), ("Sec-Fetch-Site", "cross-site")]
        shows = [*across, ("Sec-Fetch-Mode", "no-cors"), ("Sec-Fetch-Dest", "image")]
        leads = [*across, ("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "document")]
        self.assertEqual(self.send("GET", picture, shows).status, 200)
        self.assertEqual(self.send("GET", "/docs/", leads).status, 200)
        self.assertEqual(self.send("GET", "/mj/task/list", across).status, 403)
        self.assertEqual(self.send("POST", "/mj/submit/imagine", leads, IMAGINE).status, 403)
        self.assertEqual(self.send("POST", "/mj/submit/imagine", shows, IMAGINE).status, 403)

    def test_health_is_told_to_everybody(self):
        for target in ("/healthz", "/readyz"):
            answer = self.send("GET", target, [("Host", "evil.example"), ("Origin", "null")])
            self.assertEqual(answer.status, 200)
            self.assertNotIn("access-control-allow-origin", answer.headers)


class WithKeys(Raw):
    def test_keys_alone_decide(self):
        self.server = self.serve(config='[server]\napi_keys = ["a-key-of-the-operator"]\n')
        answer = self.send("GET", "/mj/task/list", [
            ("Host", "proxied.example"), ("Origin", "https://app.example"),
            ("mj-api-secret", "a-key-of-the-operator")])
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.headers["access-control-allow-origin"], "*")
