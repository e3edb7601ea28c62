"""The configuration, read again while the process runs."""

import signal
import socket
import threading

from .client import ask
from .processes import clean_environment
from .scene import Scene, backend

OPERATOR = "the-key-of-the-operator"
ANN = "the-key-of-ann-0000"
BOB = "the-key-of-bob-0000"


def server(keys=(OPERATOR,), **more):
    listed = ", ".join(f'"{key}"' for key in keys)
    return f"[server]\napi_keys = [{listed}]\n" + "".join(
        f"{name} = {value}\n" for name, value in more.items())


def caller(name, key, **more):
    return f'[[caller]]\nname = "{name}"\nkey = "{key}"\n' + "".join(
        f"{key} = {value}\n" for key, value in more.items())


class Reload(Scene):
    def begin(self, config, **more):
        """A server that no terminal can be closed of."""
        self.process = self.serve(config=config, start_new_session=True, **more)
        return self.process

    def write(self, config):
        (self.directory / "imagined.toml").write_text(config)

    def hang_up(self, config, told="the configuration is read"):
        self.write(config)
        before = self.process.log.count(told)
        self.process.signal(signal.SIGHUP)
        self.until(lambda: self.process.log.count(told) > before, told)

    def status(self, key, path="/mj/task/1234567890123456/fetch"):
        return ask(self.process.url + path, headers={"mj-api-secret": key}).status

    def test_callers_and_keys_are_those_that_are_configured_now(self):
        self.begin(server() + caller("ann", ANN))
        self.assertNotEqual(self.status(ANN), 401)
        self.assertEqual(self.status(BOB), 401)
        self.hang_up(server(["another-key-of-the-operator"]) + caller("bob", BOB))
        self.assertEqual(self.status(ANN), 401)
        self.assertEqual(self.status(OPERATOR), 401)
        self.assertNotEqual(self.status(BOB), 401)
        task = self.api(self.process, key=BOB).draw("by bob")
        self.assertEqual(task["status"], "SUCCESS")
        self.assert_ends_well(self.process)

    def test_a_call_in_flight_ends_at_the_backend_that_is_gone(self):
        old, new = self.sandbox("--delay=3s"), self.sandbox()
        api = self.api(self.begin(backend(old, name="old")))
        running = api.accepted("began before")
        api.wait(running, "IN_PROGRESS")
        self.hang_up(backend(new, name="new"))
        self.assertEqual(api.draw("after")["status"], "SUCCESS")
        self.assertEqual(api.wait(running)["status"], "SUCCESS")
        self.assertEqual([len(old.calls()), len(new.calls())], [1, 1])
        self.assert_ends_well(self.process)

    def test_a_drain_lets_a_call_of_before_end(self):
        sandbox = self.sandbox("--delay=3s")
        api = self.api(self.begin(backend(sandbox)))
        running = api.accepted("began before")
        api.wait(running, "IN_PROGRESS")
        self.hang_up(backend(sandbox, timeout="100s"))
        self.assert_ends_well(self.process)
        api = self.api(self.serve(config=backend(sandbox)))
        self.assertEqual(api.fetch(running)["status"], "SUCCESS")
        self.assertEqual(len(sandbox.calls()), 1)

    def test_waiting_tasks_go_to_the_backends_of_now(self):
        stuck, new = self.sandbox("--delay=30s"), self.sandbox()
        api = self.api(self.begin(backend(stuck, concurrency=1)))
        api.wait(api.accepted("holds the place"), "IN_PROGRESS")
        waiting = api.accepted("waits")
        self.hang_up(backend(new, name="new"))
        self.assertEqual(api.wait(waiting)["status"], "SUCCESS")

    def test_an_invalid_file_changes_nothing_and_is_logged_whole(self):
        self.begin(server() + caller("ann", ANN))
        self.hang_up(server() + '[worker]\nlease = "soon"\n[imagine]\nimagse = 3\n',
                     told="did you mean imagine.images?")
        self.assertIn("imagined.toml:4: worker.lease", self.process.log)
        self.assertNotEqual(self.status(ANN), 401)
        self.hang_up("not TOML", told="not TOML")
        self.assertNotEqual(self.status(ANN), 401)
        self.assertEqual(self.api(self.process, key=ANN).draw("as before")["status"], "SUCCESS")

    def test_what_needs_a_restart_is_named(self):
        self.begin(server())
        self.hang_up(server(max_held_bytes='"1MB"') + '[redis]\nprefix = "other"\n',
                     told="server.max_held_bytes")
        line = next(line for line in self.process.log.splitlines() if "max_held_bytes" in line)
        self.assertIn("redis.prefix", line)
        self.assertNotIn("worker", line)

    def test_banned_words_budgets_and_the_log_follow(self):
        words = self.directory / "banned.txt"
        words.write_text("gore\n")
        config = server() + f'[imagine]\nbanned_words = "{words}"\n'
        self.begin(config)
        api = self.api(self.process, key=OPERATOR)
        self.assertEqual(api.imagine("a quiet fox")["code"], 1)
        words.write_text("gore\nquiet\n")
        self.hang_up(config + '[log]\nlevel = "debug"\n')
        self.assertEqual(api.imagine("a quiet fox")["code"], 24)
        self.hang_up(config + '[log]\nformat = "json"\n', told='"the configuration is read"')

    def test_keys_must_not_go_from_a_server_that_others_reach(self):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.write(server(listen=f'"0.0.0.0:{port}"', public_url=f'"http://127.0.0.1:{port}"'))
        self.process = self.start("serve", start_new_session=True,
                                  environment=clean_environment()).wait_ready()
        self.assertEqual(self.status("", "/v1/tasks"), 401)
        self.hang_up(f'[server]\nlisten = "127.0.0.1:{port}"\n', told="still listens on")
        self.assertEqual(self.status("", "/v1/tasks"), 401)

    def test_an_operator_may_ask_for_it(self):
        self.begin(server() + caller("ann", ANN))
        self.write(server() + caller("bob", BOB) + '[redis]\nprefix = "other"\n')
        url = self.process.url + "/v1/admin/reload"
        self.assertEqual(ask(url, "POST").status, 401)
        self.assertEqual(ask(url, "POST", headers={"mj-api-secret": ANN}).status, 403)
        told = ask(url, "POST", headers={"mj-api-secret": OPERATOR})
        self.assertEqual(told.status, 200, told)
        self.assertEqual(told.json(), {"needRestart": ["redis.prefix"], "warnings": []})
        self.assertEqual(self.status(ANN), 401)
        self.write("[worker]\nlease = 7\n")
        told = ask(url, "POST", headers={"mj-api-secret": OPERATOR})
        self.assertEqual(told.status, 422, told)
        self.assertIn("worker.lease", told.json()["detail"])
        self.assertNotEqual(self.status(BOB), 401)

    def test_requests_go_on_meanwhile(self):
        self.begin(server() + caller("ann", ANN))
        done = threading.Event()
        seen = []

        def keep_asking():
            while not done.is_set():
                seen.append(self.status(ANN, "/v1/tasks"))

        asking = threading.Thread(target=keep_asking)
        asking.start()
        try:
            for weight in range(1, 9):
                self.hang_up(server() + caller("ann", ANN, weight=weight))
        finally:
            done.set()
            asking.join()
        self.assertEqual(set(seen), {200})
        self.assertGreater(len(seen), 8)
