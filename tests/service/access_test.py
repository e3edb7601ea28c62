"""Keys, callers, and browsers."""

import hashlib

from .client import ERROR, ask
from .scene import Scene

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

    def test_health_pictures_and_preflights_need_no_key(self):
        server = self.serve(config=CONFIG)
        picture = self.api(server, OPERATOR).draw("for all to see")["imageUrl"]
        for path in ("/healthz", "/readyz", "/health", "/openapi.json"):
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

    def test_without_any_key_a_loopback_server_is_open(self):
        server = self.serve()
        self.assertEqual(ask(server.url + "/mj/task/list").status, 200)


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
        self.assertEqual(mine.headers["Access-Control-Allow-Origin"], "https://app.example")
        self.assertNotIn("Access-Control-Allow-Origin", other.headers)
