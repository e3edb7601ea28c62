"""Starting, stopping, dying, and what is left unsaid."""

import base64
import fcntl
import json
import os
import resource
import signal
import socket
import termios
from urllib.parse import urlsplit

from .client import ask
from .processes import wait_until
from .scene import Scene, backend


class Descriptors(Scene):
    def test_idle_strangers_leave_paid_tasks_what_they_need(self):
        sandbox = self.sandbox("--delay=500ms")

        def limit():
            resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))

        server = self.serve(config=backend(sandbox), preexec_fn=limit)
        self.assertIn("open files", server.log)
        api = self.api(server)
        ids = [api.accepted(f"paid {i}") for i in range(16)]
        parts = urlsplit(server.url)
        for _ in range(400):
            stranger = socket.create_connection((parts.hostname, parts.port))
            self.addCleanup(stranger.close)
        # While they last, nobody new is heard: the sandbox tells when all is paid, and what was
        # stored is seen once they have been turned out.
        wait_until(lambda: len(sandbox.ledger()["calls"]) >= 16, "the calls")

        def all_ended():
            try:
                return {api.fetch(one)["status"] for one in ids} == {"SUCCESS"}
            except (OSError, AssertionError):
                return False

        wait_until(all_ended, "the tasks")


class Stopping(Scene):
    def test_a_drain_finishes_what_is_in_flight_and_refuses_what_is_new(self):
        sandbox = self.sandbox("--delay=3s")
        server = self.serve(config=backend(sandbox))
        api = self.api(server)
        running = api.accepted("in flight")
        api.wait(running, "IN_PROGRESS")
        wait_until(lambda: sandbox.ledger()["in_flight"] == 1, "the call")
        server.signal(signal.SIGTERM)
        refused = wait_until(
            lambda: next((a for a in [api.ask("/mj/submit/imagine", "POST", {"prompt": "late"})]
                          if a.status == 503), None), "the drain", limit=2)
        self.assertIn("Retry-After", refused.headers)
        self.assertEqual(refused.json()["code"], 9)
        self.assertEqual(api.fetch(running)["status"], "IN_PROGRESS")
        self.assertEqual(ask(server.url + "/readyz").status, 503)
        self.assertEqual(ask(server.url + "/healthz").status, 200)
        self.assertEqual(server.wait(), 0, server.log)

        api = self.api(self.serve(config=backend(sandbox)))
        self.assertEqual(api.fetch(running)["status"], "SUCCESS")
        calls = [c for c in sandbox.ledger()["calls"] if c["prompt"] == "in flight"]
        self.assertEqual(len(calls), 1)

    def test_an_idle_server_stops_at_once(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            server = self.serve()
            server.signal(number)
            self.assertEqual(server.wait(), 0, server.log)

    def test_a_second_signal_cuts(self):
        sandbox = self.sandbox("--delay=60s")
        server = self.serve(config=backend(sandbox))
        api = self.api(server)
        api.wait(api.accepted("cut"), "IN_PROGRESS")
        server.signal(signal.SIGTERM)
        server.wait_for_line("drain")
        server.signal(signal.SIGTERM)
        server.wait(limit=20)

    def test_a_closed_terminal_drains(self):
        sandbox = self.sandbox("--delay=3s")
        primary, terminal = os.openpty()
        self.addCleanup(os.close, terminal)

        def take_terminal():
            os.setsid()
            fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)

        server = self.serve(config=backend(sandbox), preexec_fn=take_terminal)
        api = self.api(server)
        running = api.accepted("in flight")
        wait_until(lambda: sandbox.ledger()["in_flight"] == 1, "the call")
        os.close(primary)  # the terminal hangs up
        server.wait_for_line("drain")
        server.signal(signal.SIGHUP)  # as a shell would, too: that is no wish to cut
        self.assertEqual(server.wait(), 0, server.log)
        again = self.api(self.serve(config=backend(sandbox)))
        self.assertEqual(again.fetch(running)["status"], "SUCCESS")

    def test_without_a_terminal_a_hang_up_ends_nothing(self):
        def ignore():
            signal.signal(signal.SIGHUP, signal.SIG_IGN)

        for more in ({}, {"preexec_fn": ignore}):
            server = self.serve(start_new_session=True, **more)
            server.signal(signal.SIGHUP)
            self.api(server).draw("after the hang-up")
            self.assertNotIn("drain", server.log)
            self.assert_ends_well(server)

    def test_finished_tasks_and_pictures_survive_a_restart(self):
        first = self.serve()
        listen = first.url.removeprefix("http://")
        task = self.api(first).draw("kept")
        picture = ask(task["imageUrl"]).body
        self.assert_ends_well(first)
        again = self.api(self.serve(f"--server.listen={listen}"))
        self.assertEqual(again.fetch(task["id"]), task)
        self.assertEqual(ask(task["imageUrl"]).body, picture)


class Dying(Scene):
    def test_a_call_lost_with_its_process_is_not_made_again(self):
        sandbox = self.sandbox("--delay=3s")
        sink = self.sink()
        config = (f'[callback]\nallow = ["{sink.address}"]\n[worker]\nlease = "1s"\n'
                  + backend(sandbox, timeout="5s"))
        server = self.serve(config=config)
        api = self.api(server)
        task_id = api.accepted("lost", notifyHook=sink.url)
        api.wait(task_id, "IN_PROGRESS")
        wait_until(lambda: sandbox.ledger()["in_flight"] == 1, "the call")
        server.kill()

        api = self.api(self.serve(config=config))
        task = api.wait(task_id)
        self.assertEqual(task["status"], "FAILURE")
        self.assertEqual(task["properties"]["failCode"], "AMBIGUOUS_UPSTREAM_OUTCOME")
        self.assertEqual(len(sandbox.calls()), 1)
        events = sink.wait_for_end(task_id)
        ends = [e for e in events if e["task"]["status"] in ("SUCCESS", "FAILURE")]
        self.assertEqual([e["task"]["status"] for e in ends], ["FAILURE"])
        self.assertEqual(api.fetch(task_id), task)

    def test_accepted_tasks_survive(self):
        sandbox = self.sandbox("--delay=200ms")
        config = '[worker]\nlease = "1s"\n' + backend(sandbox, concurrency=1, timeout="3s")
        server = self.serve(config=config)
        ids = [self.api(server).accepted(f"number {i}") for i in range(10)]
        server.kill()
        api = self.api(self.serve(config=config))
        ended = [api.wait(task_id) for task_id in ids]
        lost = [t for t in ended if t["status"] == "FAILURE"]
        for task in lost:
            self.assertEqual(task["properties"]["failCode"], "AMBIGUOUS_UPSTREAM_OUTCOME")
        self.assertLessEqual(len(lost), 1)  # the one whose call was in flight
        self.assertTrue(all(n == 1 for n in sandbox.ledger()["by_prompt"].values()))

    def test_the_embedded_redis_dies_with_its_parent_and_is_restarted_without(self):
        server = self.serve()
        self.api(server).draw("before")
        pids = self._children(server.child.pid)
        self.assertEqual(len(pids), 1)
        os.kill(pids[0], signal.SIGKILL)  # our own child's child, by its id
        wait_until(lambda: self._children(server.child.pid) not in ([], pids), "another child")
        wait_until(lambda: ask(server.url + "/readyz").status == 200, "readiness")
        self.assertEqual(self.api(server).draw("after")["status"], "SUCCESS")
        [child] = self._children(server.child.pid)
        server.kill()
        wait_until(lambda: not self._alive(child), "the child's end")

    @staticmethod
    def _children(pid):
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            return [int(word) for word in file.read().split()]

    @staticmethod
    def _alive(pid):
        try:
            with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
                return file.read().rsplit(")", 1)[1].split()[0] != "Z"
        except FileNotFoundError:
            return False


class Health(Scene):
    def test_health_and_readiness(self):
        server = self.serve()
        self.assertEqual(ask(server.url + "/healthz").status, 200)
        ready = ask(server.url + "/readyz")
        self.assertEqual(ready.status, 200)
        self.assertEqual(ready.json(), {"status": "ready", "warnings": []})

    def test_the_sandbox_in_use_is_said_in_the_log(self):
        self.assertIn("sandbox", self.serve().log)

    def test_the_log_can_be_json(self):
        server = self.serve("--log.format=json")
        self.api(server).draw("a line")
        self.assert_ends_well(server)
        for line in server.lines:
            self.assertIn("message", json.loads(line))


class Discretion(Scene):
    def test_no_secret_is_told(self):
        sandbox = self.sandbox()
        sink = self.sink([500])
        signing = "whsec_" + base64.b64encode(b"signing-s3cret-of-32-bytes-here!").decode()
        secrets = ["operator-s3cret", "caller-s3cret", "backend-s3cret", "second-s3cret", signing]
        server = self.serve("--log.level=debug", config=(
            f'[server]\napi_keys = ["{secrets[0]}"]\n'
            f'[callback]\nsecrets = ["{signing}"]\nallow = ["{sink.address}"]\n'
            'schedule = ["0s", "100ms", "100ms"]\n'
            f'[[caller]]\nname = "bot"\nkey = "{secrets[1]}"\n'
            + backend(sandbox, keys=secrets[2:4])))
        sandbox.script({"status": 401, "body": {"error": f"bad key {secrets[2]}"}},
                       {"status": 422, "body": {"error": f"prohibited, says {secrets[3]}"}})
        api = self.api(server, secrets[1])
        api.with_key("wrong-" + secrets[0]).ask("/mj/task/list")
        told = [str(api.wait(api.accepted(f"number {i}", notifyHook=sink.url))) for i in range(3)]
        told.append(api.with_key(secrets[0]).ask("/metrics").body.decode())
        self.assert_ends_well(server)
        told += [server.log] + [e["raw"].decode() + str(e["headers"]) for e in sink.events]
        for text in told:
            self.assertNotIn("s3cret", text)
            self.assertNotIn(signing[6:], text)

    def test_prompts_are_logged_where_the_operator_wants_it(self):
        server = self.serve("--log.prompts=true")
        task = self.api(server).draw("a very recognisable walrus")
        self.assert_ends_well(server)
        [line] = [line for line in server.log.splitlines() if "walrus" in line]
        self.assertIn(task["id"], line)

    def test_prompts_stay_out_of_the_log(self):
        server = self.serve("--log.level=debug")
        self.api(server).draw("a very recognisable walrus")
        self.assert_ends_well(server)
        self.assertNotIn("walrus", server.log)
