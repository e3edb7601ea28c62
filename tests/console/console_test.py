"""The console in a real browser against the built binary: what a person does, in the words that
the page shows. Each test is one scenario of browser/."""

import re
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from service import live_test
from service.client import ask
from service.scene import Scene

from . import packages

KEY = "operator-key-of-the-tests"
DELAY = "400ms"
# Slow enough to be reloaded under way, and to be cancelled, on any machine.
SLOW = [{"prompt": "a fox", "delay_ms": 6000}, {"prompt": "one to cancel", "delay_ms": 100000},
        {"prompt": "outlives its server", "delay_ms": 6000},
        {"prompt": "a slow one", "delay_ms": 26000}]
# Compressed bytes.
LARGEST = {b"js": 90 * 1024, b"css": 15 * 1024, b"svg": 2048, b"txt": 16 * 1024}


class Control:
    """What a scenario may have done to its server: POST /<name> runs `deeds[name]`."""

    def __init__(self, deeds):
        class Answer(BaseHTTPRequestHandler):
            def do_POST(self):  # noqa: N802, the library's name
                deeds[self.path.strip("/")]()
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()


class Console(Scene):
    @classmethod
    def setUpClass(cls):
        packages.install()

    def slow_sandbox(self):
        """Configuration of a backend that takes its time."""
        drawing = self.start("sandbox", "--listen=127.0.0.1:0", f"--delay={DELAY}").wait_ready()
        self.assertEqual(ask(drawing.url + "/__script", "POST", SLOW).status, 200)
        return f'[[backend]]\nname = "slow"\nbase_url = "{drawing.url}"\nkeys = ["k"]\n'

    def test_from_a_prompt_to_four_pictures_and_on(self):
        server = self.serve(config=f'[server]\napi_keys = ["{KEY}"]\n{self.slow_sandbox()}')
        packages.run("main_path.cjs", url=server.url, key=KEY)

    def test_news_come_by_stream_and_without_one(self):
        server = self.serve(config=self.slow_sandbox())
        packages.run("live.cjs", url=server.url)

    def test_every_screen_in_both_languages_at_three_widths(self):
        server = self.serve()
        packages.run("screens.cjs", url=server.url)

    def test_what_operators_pause_and_resume(self):
        server = self.serve(config=f'[server]\napi_keys = ["{KEY}"]\n')
        packages.run("operate.cjs", url=server.url, key=KEY)

    def test_forms_are_drawn_from_what_the_server_describes(self):
        server = self.serve()
        packages.run("create.cjs", url=server.url)

    def test_a_server_that_dies_is_found_again(self):
        settings = f'[worker]\nlease = "2s"\n{self.slow_sandbox()}timeout = "8s"\n'
        server = self.serve(config=settings)
        listen = f"--server.listen={server.url.removeprefix('http://')}"
        control = Control({"kill": server.kill, "start": lambda: self.serve(
            listen, config=settings)})
        self.addCleanup(control.close)
        packages.run("killed.cjs", url=server.url, control=control.url)

    def test_a_long_queue_and_what_is_done_with_much_of_it(self):
        packages.run("queue.cjs", url=self.serve().url)

    def test_the_gallery_is_narrowed_starred_and_compared(self):
        packages.run("gallery.cjs", url=self.serve().url)

    def test_the_reference_of_the_api(self):
        packages.run("docs.cjs", url=self.serve().url)

    def test_a_silent_stream_counts_as_broken(self):
        server = self.serve(config=self.slow_sandbox())
        packages.run("silent.cjs", url=server.url)

    def test_one_intent_is_one_task(self):
        packages.run("intents.cjs", url=self.serve().url)

    def test_eight_tabs_without_locks_share_one_stream(self):
        packages.run("unlocked.cjs", url=self.serve().url)

    def test_a_page_that_polls_as_the_most_used_client_shows_every_end(self):
        packages.run("dooy.cjs", url=self.serve().url)

    def test_flags_and_code(self):
        packages.run("flags.mjs")


class Served(Scene):
    def test_browsers_are_led_to_a_page_that_is_built_in(self):
        server = self.serve(config=f'[server]\napi_keys = ["{KEY}"]\n')
        led = ask(server.url + "/", headers={"Accept": "text/html"})
        self.assertEqual((led.status, led.headers["Location"]), (302, "console/"))
        self.assertEqual(ask(server.url + "/").status, 401)
        page = ask(server.url + "/console/")
        self.assertIn(b'<div id="app">', page.body)
        self.assertIn("script-src 'self'", page.headers["Content-Security-Policy"])
        for name in re.findall(rb'(?:src|href|content)="([\w.]+\.(?:js|css|svg|txt))"', page.body):
            asset = ask(f"{server.url}/console/{name.decode()}", headers={"Accept-Encoding": "gzip"})
            self.assertEqual(asset.headers["Content-Encoding"], "gzip", name)
            self.assertIn("immutable", asset.headers["Cache-Control"])
            self.assertLess(len(asset.body), LARGEST[name.rsplit(b".", 1)[1]], name)

    def test_statistics_are_of_the_tasks_that_the_key_may_see(self):
        server = self.serve(config=f'[server]\napi_keys = ["{KEY}"]\n'
                                   '[[caller]]\nname = "one"\nkey = "one-key"\n')
        one, operator = self.api(server, "one-key"), self.api(server, KEY)
        one.draw("a red fox")
        operator.draw("a blue fox")
        for api, drawn in ((one, 1), (operator, 2)):
            told = api.ask("/v1/stats").json()
            self.assertEqual(told["totals"]["succeeded"], drawn, told)
            self.assertEqual(sum(told["series"]["submitted"]), drawn, told)
        self.assertEqual(one.ask("/v1/stats").json()["now"], None)

    def test_what_the_console_asks_for_has_the_documented_shape(self):
        server = self.serve()
        draw = self.api(server).draw("a red fox")
        self.assertTrue(draw)
        for path, name in (("session", "Session"), ("capabilities", "Capabilities"),
                           ("stats?window=24h", "Stats"), ("admin/channels", "Channels"),
                           ("admin/callers", "Callers"), ("admin/queue", "QueueSwitches"),
                           ("admin/activity", "Activity")):
            with self.subTest(path):
                answer = ask(f"{server.url}/v1/{path}")
                self.assertEqual(answer.status, 200, answer)
                live_test.component(name).validate(answer.json())


if __name__ == "__main__":
    unittest.main()
