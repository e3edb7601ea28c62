"""Keys, callers, and browsers."""

import hashlib
import http.client
import time

from .client import ERROR, ask
from .scene import Scene, backend

OPERATOR = "operator-key"
CONFIG = f"""
[server]
api_keys = ["{OPERATOR}"]
[[caller]]
name = "alice"
key = "alice-key"
[[caller]]
name = "bob"
key = "sha256:{hashlib.sha256(b"bob-key").hexdigest()}"
[[caller]]
name = "auditor"
key = "auditor-key"
sees = "all"
"""


class Keys(Scene):
    def test_every_form_of_the_key_is_accepted(self):
        server = self.serve(config=CONFIG)
        for headers in ({"mj-api-secret": OPERATOR}, {"Mj-Api-Secret": "alice-key"},
                        {"Authorization": f"Bearer {OPERATOR}"},
                        {"Authorization": f"bearer {OPERATOR}"}, {"Authorization": OPERATOR},
                        {"Authorization": "Bearer bob-key"},
                        {"Authorization": "Bearer nonsense", "mj-api-secret": OPERATOR}):
            with self.subTest(str(headers)):
                self.assertEqual(ask(server.url + "/mj/task/list", headers=headers).status, 200)

    def test_everything_else_is_401(self):
        server = self.serve(config=CONFIG)
        for headers in ({}, {"mj-api-secret": "wrong"}, {"mj-api-secret": ""},
                        {"Authorization": "Bearer"}, {"Authorization": "Bearer "},
                        {"Authorization": "Basic b3BlcmF0b3Ita2V5"},
                        {"mj-api-secret": OPERATOR + "x"}, {"mj-api-secret": OPERATOR[:-1]},
                        {"mj-api-secret": hashlib.sha256(b"bob-key").hexdigest()}):
            for method, path in (("GET", "/mj/task/list"), ("POST", "/mj/submit/imagine"),
                                 ("GET", "/nowhere"), ("GET", "/metrics")):
                with self.subTest(f"{headers} {path}"):
                    body = {} if method == "POST" else None
                    answer = ask(server.url + path, method, body, headers)
                    self.assertEqual(answer.status, 401)
                    ERROR.validate(answer.json())
            for method, path in (("GET", "/v1/models"), ("GET", "/v1/models/ideogram-v3"),
                                 ("POST", "/v1/images/generations"), ("POST", "/v1/images/edits"),
                                 ("POST", "/v1/images/variations"), ("POST", "/mcp"),
                                 ("GET", "/v1/images/generations/1795179585251000")):
                with self.subTest(f"{headers} {path}"):
                    body = {} if method == "POST" else None
                    answer = ask(server.url + path, method, body, headers)
                    self.assertEqual(answer.status, 401)
                    self.assertIn("message", answer.json()["error"])

    def test_health_pictures_and_preflights_need_no_key(self):
        server = self.serve(config=CONFIG)
        picture = self.api(server, OPERATOR).draw("for all to see")["imageUrl"]  # with its token
        for path in ("/healthz", "/readyz", "/health", "/openapi.json",
                     "/.well-known/jwks.json"):
            self.assertEqual(ask(server.url + path).status, 200, path)
        self.assertEqual(ask(picture).status, 200)
        self.assertEqual(ask(picture + "/1").status, 200)

    def test_a_caller_sees_its_own_tasks_and_the_operator_all(self):
        server = self.serve(config=CONFIG)
        operator, alice, bob, auditor = (
            self.api(server, key) for key in (OPERATOR, "alice-key", "bob-key", "auditor-key"))
        task = alice.draw("alice's")
        self.assertEqual(bob.ask(f"/mj/task/{task['id']}/fetch").status, 404)
        self.assertEqual(bob.ask("/mj/task/list").json(), [])
        self.assertEqual(
            bob.ask("/mj/task/list-by-condition", "POST", {"ids": [task["id"]]}).json(), [])
        foreign = bob.submit("action", {
            "taskId": task["id"], "customId": task["buttons"][0]["customId"]})
        self.assert_refused(foreign)
        self.assertEqual(
            bob.ask(f"/mj/task/{task['id']}/cancel", "POST", {}).json()["code"], 4)
        for reader in (alice, operator, auditor):
            self.assertEqual(reader.fetch(task["id"])["id"], task["id"])

    def test_a_key_may_be_kept_to_reading_to_some_models_and_to_a_time(self):
        server = self.serve(config=CONFIG + """
[[caller]]
name = "screen"
key = "key-of-the-screen"
role = "viewer"
sees = "all"
[[caller]]
name = "old"
key = "key-of-those-who-left"
expires = "2026-01-01"
[[caller]]
name = "thrifty"
key = "key-of-the-thrifty"
models = ["V_2", "V_2_TURBO"]
""")
        drawn = self.api(server, "alice-key").draw("for the screen")["id"]
        screen = self.api(server, "key-of-the-screen")
        self.assertEqual(screen.fetch(drawn)["status"], "SUCCESS")
        for path in ("/mj/submit/imagine", f"/mj/task/{drawn}/cancel", "/v1/tasks",
                     "/ideogram/generate"):
            answer = screen.ask(path, "POST", {"prompt": "not this"})
            self.assertEqual(answer.status, 403, path)
            self.assertIn("viewer", str(answer.json()))
        self.assertEqual(self.api(server, "key-of-those-who-left").ask("/mj/task/list").status, 401)
        thrifty = self.api(server, "key-of-the-thrifty")
        self.assertEqual(thrifty.draw("an older one --v 5")["status"], "SUCCESS")
        refused = thrifty.ask("/mj/submit/imagine", "POST", {"prompt": "a newer one --v 7"})
        self.assertEqual((refused.status, refused.json()["code"]), (200, 4))
        self.assertIn("V_3", refused.json()["description"])
        self.assertEqual(thrifty.ask("/v1/ideogram-v3/generate", "POST", {"prompt": "a newer one"})
                         .status, 403)

    def test_without_any_key_a_loopback_server_is_open(self):
        server = self.serve()
        self.assertEqual(ask(server.url + "/mj/task/list").status, 200)


    def test_no_route_tells_or_changes_anothers_task(self):
        """Every route that names a task, asked by somebody else for it: as if it were not there."""
        server = self.serve(config=CONFIG)
        alice, bob = self.api(server, "alice-key"), self.api(server, "bob-key")
        task = alice.draw("alice's alone")
        own, button = task["id"], task["buttons"][5]["customId"]
        for method, path in (
                ("GET", f"/mj/task/{own}/fetch"), ("GET", f"/v1/mj/task/{own}/fetch"),
                ("GET", f"/ideogram/task/{own}/fetch"), ("GET", f"/mj/task/{own}/image-seed"),
                ("GET", f"/v1/tasks/{own}"), ("GET", f"/v1/tasks/{own}/result"),
                ("GET", f"/v1/tasks/{own}/events"), ("POST", f"/v1/tasks/{own}/cancel"),
                ("GET", f"/v1/tasks/{own}?wait=1"),
                ("GET", f"/v1/images/generations/{own}"), ("GET", f"/v1/images/edits/{own}"),
                ("GET", f"/v1/images/variations/{own}"),
                ("GET", f"/mj/image/{own}"), ("GET", f"/mj/image/{own}/1")):
            with self.subTest(f"{method} {path}"):
                self.assertEqual(bob.ask(path, method, {} if method == "POST" else None).status, 404)
        for path, body in (
                ("action", {"taskId": own, "customId": button}),
                ("change", {"taskId": own, "action": "UPSCALE", "index": 1}),
                ("simple-change", {"content": f"{own} U1"}), ("modal", {"taskId": own}),
                ("show", {"jobId": task["imageUrl"]})):
            with self.subTest(path):
                self.assert_refused(bob.submit(path, body))
        for path, body in (("list-by-condition", {"ids": [own]}), ("list-by-ids", {"ids": [own]})):
            self.assertEqual(bob.ask(f"/mj/task/{path}", "POST", body).json(), [])
        self.assertEqual(bob.ask("/mj/task/query", "POST", {"ids": [own]}).json()["list"], [])
        for path in ("/mj/task/list", "/mj/task/queue"):
            self.assertEqual(bob.ask(path).json(), [])
        self.assertEqual(bob.ask("/v1/tasks").json()["tasks"], [])
        totals = bob.ask("/v1/stats").json()
        self.assertEqual(totals["totals"]["submitted"], 0)
        self.assertIsNone(totals["now"])
        for path in ("admin/channels", "admin/queue", "admin/activity", "admin/callers"):
            self.assertEqual(bob.ask(f"/v1/{path}").status, 403)
        self.assertEqual(bob.ask(f"/v1/admin/tasks/{own}/callback", "POST", {}).status, 403)
        self.assertEqual(alice.fetch(own)["status"], "SUCCESS")

    def test_short_keys_are_warned_of_and_long_ones_not(self):
        server = self.serve(config=CONFIG)
        warned = [text for text in ask(server.url + "/readyz").json()["warnings"]
                  if "16 characters" in text]
        self.assertEqual(len(warned), 3, warned)  # of a digest nobody knows
        for text in warned:
            self.assertIn(text, server.log)
            for key in (OPERATOR, "alice-key", "auditor-key"):
                self.assertNotIn(key, text)
        self.assertTrue(any(text.startswith("server.api_keys") for text in warned))
        long = self.serve(config='[server]\napi_keys = ["0123456789abcdef"]\n'
                          f'[data]\ndir = "{self.directory}/other"\n', name="long")
        self.assertEqual(ask(long.url + "/readyz").json()["warnings"], [])

    def test_metrics_are_the_operators_and_of_keys_made_for_them(self):
        server = self.serve(
            config=CONFIG.replace("api_keys", 'metrics_keys = ["prometheus"]\napi_keys'))
        def status(key, path="/metrics"):
            return ask(server.url + path, headers={"Authorization": f"Bearer {key}"}).status
        self.assertEqual(status(OPERATOR), 200)
        self.assertEqual(status("prometheus"), 200)
        for key in ("alice-key", "bob-key", "auditor-key"):
            self.assertEqual(status(key), 403, key)
        for path in ("/mj/task/list", "/v1/tasks", "/v1/stats", "/v1/admin/channels", "/nowhere"):
            self.assertEqual(status("prometheus", path), 403, path)

    def test_guessing_becomes_slow_and_a_right_key_never(self):
        server = self.serve(config=CONFIG)
        link = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=30)
        self.addCleanup(link.close)

        def took(key):
            start = time.monotonic()
            link.request("GET", "/mj/task/list", headers={"mj-api-secret": key})
            answer = link.getresponse()
            answer.read()
            return answer.status, time.monotonic() - start
        for n in range(20):
            self.assertEqual(took(f"guess {n}")[0], 401)
        status, late = took("one more")
        self.assertEqual(status, 401)
        self.assertGreaterEqual(late, 0.99)
        self.assertEqual(took(OPERATOR)[0], 200)
        start = time.monotonic()
        answer = ask(server.url + "/v1/session", "POST", {"key": "by the other door"})
        self.assertEqual(answer.status, 401)
        self.assertGreaterEqual(time.monotonic() - start, 0.99)


class Sessions(Scene):
    def sign_in(self, server, key):
        answer = ask(server.url + "/v1/session", "POST", {"key": key})
        self.assertEqual(answer.status, 200)
        return {"Cookie": answer.headers["Set-Cookie"].partition(";")[0]}

    def test_a_signed_out_cookie_is_worthless_in_every_process(self):
        redis = self.redis()
        config = (CONFIG + f'[redis]\nurl = "{redis.url}"\n'
                  f'[data]\ndir = "{self.directory}/data"\n' + backend(self.sandbox()))
        one, two = (self.serve(config=config, name=name) for name in ("one", "two"))
        mine, other = self.sign_in(one, "alice-key"), self.sign_in(two, "alice-key")
        for server in (one, two):
            self.assertEqual(ask(server.url + "/v1/tasks", headers=mine).status, 200)
        self.assertEqual(ask(one.url + "/v1/session", "DELETE", headers=mine).status, 200)
        for server in (one, two):
            self.assertEqual(ask(server.url + "/v1/tasks", headers=mine).status, 401)
            self.assertFalse(ask(server.url + "/v1/session", headers=mine).json()["signedIn"])
            self.assertEqual(ask(server.url + "/v1/tasks", headers=other).status, 200)
        two.stop()
        again = self.serve(config=config, name="two")
        self.assertEqual(ask(again.url + "/v1/tasks", headers=mine).status, 401)

    def test_only_the_cookie_that_fits_the_public_address_is_read(self):
        server = self.serve_as("https://pictures.example", config=CONFIG)
        mine = self.sign_in(server, "alice-key")["Cookie"]
        self.assertTrue(mine.startswith("__Host-imagined_session="), mine)
        value = mine.partition("=")[2]
        tasks = server.url + "/v1/tasks"
        self.assertEqual(ask(tasks, headers={"Cookie": mine}).status, 200)
        self.assertEqual(ask(tasks, headers={"Cookie": f"imagined_session={value}"}).status, 401)
        self.assertEqual(
            ask(tasks, headers={"Cookie": f"imagined_session=a neighbour's; {mine}"}).status, 200)


class Browsers(Scene):
    def test_a_preflight_succeeds_without_a_key(self):
        server = self.serve(config=CONFIG)
        answer = ask(server.url + "/mj/submit/imagine", "OPTIONS", headers={
            "Origin": "https://app.example", "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type, mj-api-secret, authorization"})
        self.assertIn(answer.status, (200, 204))
        self.assertEqual(answer.headers["Access-Control-Allow-Origin"], "*")
        allowed = answer.headers["Access-Control-Allow-Headers"].lower()
        for name in ("content-type", "mj-api-secret", "authorization"):
            self.assertIn(name, allowed)
        self.assertIn("POST", answer.headers["Access-Control-Allow-Methods"])

    def test_every_answer_may_be_read_by_a_page(self):
        server = self.serve(config=CONFIG)
        picture = self.api(server, OPERATOR).draw("a canvas")["imageUrl"]
        for url, headers in ((server.url + "/mj/task/list", {"mj-api-secret": OPERATOR}),
                             (server.url + "/mj/task/list", {}), (server.url + "/nowhere", {}),
                             (server.url + "/mj/image/1234567890123456", {}), (picture, {})):
            with self.subTest(f"{url} {headers}"):
                answer = ask(url, headers={"Origin": "https://app.example", **headers})
                self.assertEqual(answer.headers["Access-Control-Allow-Origin"], "*")
                self.assertNotIn("Access-Control-Allow-Credentials", answer.headers)

    def test_only_configured_origins_are_allowed(self):
        server = self.serve(config='[server]\ncors_origins = ["https://app.example"]\n')
        mine = ask(server.url + "/mj/task/list", headers={"Origin": "https://app.example"})
        other = ask(server.url + "/mj/task/list", headers={"Origin": "https://evil.example"})
        self.assertEqual(other.status, 403)
        self.assertEqual(mine.headers["Access-Control-Allow-Origin"], "https://app.example")
        self.assertNotIn("Access-Control-Allow-Origin", other.headers)
