"""The way out through a proxy: calls, the pictures that they answer with, input pictures and
callbacks."""

import base64
import http.server
import select
import socket
import threading
from urllib.parse import urlsplit

from .processes import clean_environment, run_imagined
from .scene import A_PNG, Scene

USER, PASSWORD = "me", "s3cret-of-the-proxy"
AUTHORIZATION = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()


class Proxy:
    """A forward proxy that leads whatever it is asked for to `address`."""

    def __init__(self, address, wants=None):
        self.asked = []  # request lines
        host, _, port = address.rpartition(":")
        proxy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _admit(self):
                proxy.asked.append(f"{self.command} {self.path}")
                if wants and self.headers["Proxy-Authorization"] != wants:
                    self.send_response(407)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                    return False
                return True

            def do_CONNECT(self):
                if not self._admit():
                    return
                with socket.create_connection((host, int(port))) as there:
                    self.send_response(200)
                    self.end_headers()
                    ends = {self.connection: there, there: self.connection}
                    while True:
                        for one in select.select(list(ends), [], [])[0]:
                            data = one.recv(65536)
                            if not data:
                                self.close_connection = True
                                return
                            ends[one].sendall(data)

            def pass_on(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if not self._admit():
                    return
                target = urlsplit(self.path)
                assert target.scheme == "http" and target.netloc == self.headers["Host"], self.path
                path = target.path + (f"?{target.query}" if target.query else "")
                lines = [f"{self.command} {path} HTTP/1.1"] + [
                    f"{name}: {text}" for name, text in self.headers.items()
                    if name.lower() not in ("connection", "proxy-authorization")
                ] + ["Connection: close", "", ""]
                with socket.create_connection((host, int(port))) as there:
                    there.sendall("\r\n".join(lines).encode() + body)
                    while data := there.recv(65536):
                        self.wfile.write(data)
                self.close_connection = True

            do_GET = do_POST = pass_on

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                pass  # a client that drops a kept connection is no error here

        self._server = Server(("127.0.0.1", 0), Handler)
        self.address = f"127.0.0.1:{self._server.server_port}"
        self.url = f"http://{self.address}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()


class ByProxy(Scene):
    def proxy(self, address, **more):
        proxy = Proxy(address, **more)
        self.addCleanup(proxy.close)
        return proxy

    def serve_to(self, base_url="http://ideogram.invalid", more="", environment=None, first="",
                 name="far"):
        """A server with a backend that no name server knows; its pictures are at loopback."""
        return self.serve(
            config=(f'[fetch]\nallow = ["127.0.0.1"]\n{first}[worker]\ntask_timeout = "3s"\n'
                    f'[[backend]]\nname = "{name}"\nbase_url = "{base_url}"\n'
                    f'keys = ["k-1"]\n{more}'),
            environment=clean_environment(**(environment or {})))

    def test_a_call_goes_through_the_environments_proxy(self):
        sandbox = self.sandbox()
        for name in ("HTTP_PROXY", "http_proxy"):
            proxy = self.proxy(urlsplit(sandbox.url).netloc)
            server = self.serve_to(environment={name: proxy.url})
            self.api(server).draw(f"by {name}")
            self.assertEqual(proxy.asked[0],
                             "POST http://ideogram.invalid/v1/ideogram-v3/generate")
            # The sandbox names its pictures after the host that it is asked for.
            self.assertTrue(all(line.startswith("GET http://ideogram.invalid/")
                                for line in proxy.asked[1:]), proxy.asked)
            self.assertIn(proxy.url, server.log)
            server.kill()

    def test_a_backends_own_proxy_counts_and_its_password_is_told_to_nobody(self):
        sandbox = self.sandbox()
        proxy = self.proxy(urlsplit(sandbox.url).netloc, wants=AUTHORIZATION)
        own = f'proxy = "http://{USER}:{PASSWORD}@{proxy.address}"\n'
        server = self.serve_to(more=own, environment={"HTTP_PROXY": "http://127.0.0.1:9"})
        self.api(server).draw("by its own")
        self.assertGreater(len(proxy.asked), 1)
        self.assertIn(proxy.url, server.log)
        self.assertNotIn(PASSWORD, server.log)
        checked = self.check_config()
        self.assertIn(f'proxy = "http://{USER}:***@{proxy.address}"', checked)
        self.assertNotIn(PASSWORD, checked)

    def check_config(self, **environment):
        done = run_imagined("check-config", directory=self.directory,
                            environment=clean_environment(**environment))
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout + done.stderr

    def test_check_config_tells_the_environments_proxy_without_its_password(self):
        (self.directory / "imagined.toml").write_text(
            '[[backend]]\nname = "far"\nkeys = ["k-1"]\n')
        told = self.check_config(HTTPS_PROXY=f"http://{USER}:{PASSWORD}@proxy.invalid:3128")
        self.assertIn("http://proxy.invalid:3128", told)
        self.assertNotIn(PASSWORD, told)

    def test_no_proxy_and_none_go_straight(self):
        sandbox = self.sandbox()
        proxy = self.proxy(urlsplit(sandbox.url).netloc)
        for name, environment, more in (("by-list", {"NO_PROXY": ".invalid"}, ""),
                                        ("by-setting", {}, 'proxy = "none"\n')):
            server = self.serve_to(more=more, name=name,
                                   environment={"HTTP_PROXY": proxy.url, **environment})
            task = self.api(server).wait(self.api(server).accepted("straight"))
            self.assertEqual(task["status"], "FAILURE")
            server.kill()
        self.assertEqual(proxy.asked, [])

    def test_a_private_address_never_goes_through_the_environments_proxy(self):
        sandbox = self.sandbox()
        proxy = self.proxy(urlsplit(sandbox.url).netloc)
        server = self.serve_to(base_url=sandbox.url, environment={"HTTP_PROXY": proxy.url})
        self.api(server).draw("at home")
        self.assertEqual(proxy.asked, [])

    def test_a_proxy_that_says_no_has_started_nothing(self):
        sandbox = self.sandbox()
        proxy = self.proxy(urlsplit(sandbox.url).netloc, wants=AUTHORIZATION)
        # Each by a name of its own: a key whose calls do not start rests for a while.
        for name in ("http", "https"):
            server = self.serve_to(base_url=f"{name}://ideogram.invalid", name=name, environment={
                "HTTP_PROXY": proxy.url, "HTTPS_PROXY": proxy.url})
            api = self.api(server)
            task = api.wait(api.accepted("refused"))
            self.assertEqual(task["status"], "FAILURE")
            self.assertNotEqual(task["properties"]["failCode"], "AMBIGUOUS_UPSTREAM_OUTCOME")
            told = run_imagined("task", "show", task["id"],
                                f"--config={self.directory / 'imagined.toml'}",
                                directory=self.directory, environment=clean_environment())
            self.assertIn(f"the proxy {proxy.url}", told.stdout)
            self.assertIn("407", told.stdout)
            server.kill()
        self.assertIn("CONNECT ideogram.invalid:443", proxy.asked)
        self.assertEqual(sandbox.calls(), [])

    def test_callbacks_and_input_pictures_go_through_theirs_alone(self):
        sink = self.sink()
        hooks = self.proxy(sink.address)
        pictures = self.proxy(urlsplit(self.picture_server()).netloc)
        sandbox = self.sandbox()
        wrong = {"HTTP_PROXY": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9"}
        server = self.serve_to(
            base_url=sandbox.url, environment=wrong,
            first=f'proxy = "{pictures.url}"\n[callback]\nproxy = "{hooks.url}"\n')
        api = self.api(server)
        told = api.submit("imagine", {
            "prompt": "a fox", "notifyHook": "http://hooks.invalid/in",
            "base64Array": ["http://pictures.invalid/a.png"]})
        self.assertIn(told["code"], (1, 22), told)
        sink.wait_for_end(told["result"])
        self.assertEqual(pictures.asked, ["GET http://pictures.invalid/a.png"])
        self.assertIn("POST http://hooks.invalid/in", hooks.asked)
        # What an address itself says is judged all the same.
        for hook in ("http://10.0.0.1/in", "http://localhost/in"):
            self.assert_refused(api.submit("imagine", {"prompt": "a fox", "notifyHook": hook}),
                                "callback.allow")

    def picture_server(self):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.send_header("Content-Length", str(len(A_PNG)))
                self.end_headers()
                self.wfile.write(A_PNG)

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"
