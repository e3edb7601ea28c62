"""A given Redis that changes while we run: its configuration, the rights of our user, its password,
its role. Whatever it is, the process goes on, tells why it is not ready, refuses what is new with
503 and finishes what is paid; mended, it comes back by itself."""

import socket

from .client import ERROR, ask
from .processes import wait_until
from .scene import Scene, backend


class RedisChanges(Scene):
    USER = ""
    DELAY = "100ms"

    def setUp(self):
        super().setUp()
        self.given = self.redis()
        self.url = f"unix://{self.USER}{self.given.path}"
        self.images = self.sandbox(f"--delay={self.DELAY}")

    def serve_here(self, **more):
        config = (f'[redis]\nurl = "{self.url}"\n[worker]\nlease = "2s"\n'
                  + backend(self.images, concurrency=1, **more))
        server = self.serve(config=config)
        return server, self.api(server)

    def tell(self, *words):
        answer = self.given.command(*words)
        self.assertFalse(answer.startswith(b"-"), answer)

    def wait_not_ready(self, url, *words):
        """Its reason, which names each word."""
        def told():
            answer = ask(url + "/readyz")
            reason = answer.json().get("reason", "")
            return reason if answer.status == 503 and all(w in reason for w in words) else None

        return wait_until(told, f"not ready for {words}")

    def wait_ready(self, url):
        wait_until(lambda: ask(url + "/readyz").status == 200, "readiness")

    def assert_closed(self, api):
        answer = api.ask("/mj/submit/imagine", "POST", {"prompt": "meanwhile"})
        self.assertEqual(answer.status, 503, answer)
        ERROR.validate(answer.json())
        self.assertEqual(answer.json()["code"], 9)
        self.assertIn("Retry-After", answer.headers)

    def tasks_in_redis(self):
        return self.given.ask("KEYS", "imagined:{0}:t:*")

    def assert_each_paid_once(self, count):
        calls = self.images.ledger()["by_prompt"]
        self.assertEqual(len(calls), count, calls)
        self.assertEqual(set(calls.values()), {1}, calls)


class WhileRunning(RedisChanges):
    DELAY = "6s"  # longer than a change may go unseen

    def run_through(self, change, mend, *words):
        """`change` comes while one call is in flight and another task waits."""
        server, api = self.serve_here()
        running = api.accepted("in flight")
        wait_until(lambda: self.images.ledger()["in_flight"] == 1, "the call")
        waiting = api.accepted("waits")
        change()
        self.wait_not_ready(server.url, *words)
        self.assert_closed(api)
        self.assertEqual(api.wait(running)["status"], "SUCCESS")
        self.assertEqual(api.fetch(waiting)["status"], "NOT_START")
        self.assertIsNone(server.child.poll(), server.log)
        mend()
        self.wait_ready(server.url)
        self.assertEqual(api.wait(waiting)["status"], "SUCCESS")
        self.assert_each_paid_once(2)
        self.assertEqual(len(self.tasks_in_redis()), 2)

    def test_an_eviction_policy_stops_what_is_new_and_nothing_else(self):
        self.run_through(
            lambda: self.tell("CONFIG", "SET", "maxmemory-policy", "allkeys-lru"),
            lambda: self.tell("CONFIG", "SET", "maxmemory-policy", "noeviction"),
            "allkeys-lru", "noeviction")

    def test_a_user_who_may_no_longer_publish(self):
        self.run_through(
            lambda: self.tell("ACL", "SETUSER", "default", "resetchannels"),
            lambda: self.tell("ACL", "SETUSER", "default", "allchannels"),
            "may not publish to imagined:{0}:hint")


class Rights(RedisChanges):
    USER = "shop:a-good-password@"

    def start_with(self, *rules):
        self.tell("ACL", "SETUSER", "shop", "on", ">a-good-password", *rules)
        process = self.start(
            "serve", f"--config={self._written()}", "--server.listen=127.0.0.1:0",
            "--log.level=debug")
        self.listening = process.wait_for_line(r"listening.*?(http://[^\s\",]+)").group(1)
        return process

    def _written(self):
        file = self.directory / "given.toml"
        file.write_text(f'[redis]\nurl = "{self.url}"\n' + backend(self.images))
        return file

    def run_through(self, rules, mend, *words):
        process = self.start_with(*rules)
        self.wait_not_ready(self.listening, *words)
        process.wait_for_line(r"warning.*" + words[0])
        process.url = self.listening
        api = self.api(process)
        self.assert_closed(api)
        self.assertEqual(self.tasks_in_redis(), [])
        self.tell("ACL", "SETUSER", "shop", *mend)
        self.wait_ready(self.listening)
        self.assertEqual(api.draw("mended")["status"], "SUCCESS")
        self.assert_each_paid_once(1)
        self.assertNotIn("a-good-password", process.log)

    def test_a_user_without_channels_is_told_which(self):
        self.run_through(["~*", "+@all"], ["&imagined:*"], "publish", "imagined:{0}:hint")

    def test_a_user_without_scripting_is_told_so(self):
        self.run_through(["~*", "&*", "+@all", "-@scripting"], ["+@scripting"], "fcall")

    def test_a_user_without_one_kind_of_data_is_told_which(self):
        self.run_through(["~*", "&*", "+@all", "-zadd"], ["+zadd"], "ZADD")

    def test_a_user_who_may_do_no_more_than_is_needed_is_served(self):
        process = self.start_with(
            "~imagined:*", "&imagined:*", "+@all", "-@admin", "-@dangerous", "+info")
        self.wait_ready(self.listening)
        process.url = self.listening
        self.assertEqual(self.api(process).draw("modest")["status"], "SUCCESS")

    def test_a_wrong_password_is_told_by_the_address_alone(self):
        self.tell("ACL", "SETUSER", "shop", "on", ">another-password", "~*", "&*", "+@all")
        process = self.start(
            "serve", f"--config={self._written()}", "--server.listen=127.0.0.1:0",
            "--log.level=debug")
        url = process.wait_for_line(r"listening.*?(http://[^\s\",]+)").group(1)
        reason = self.wait_not_ready(url, "AUTH was refused", str(self.given.path))
        process.url = url
        api = self.api(process)
        for path in ("/mj/task/list", "/mj/task/1234567890123456/fetch", "/v1/tasks"):
            self.assertEqual(api.ask(path).status, 503, path)
        self.assert_closed(api)
        process.wait_for_line(r"warning.*" + str(self.given.path) + ".*AUTH was refused")
        self.assertNotIn("a-good-password", reason + process.log)
        self.tell("ACL", "SETUSER", "shop", ">a-good-password")
        self.wait_ready(url)
        self.assertEqual(api.draw("mended")["status"], "SUCCESS")


class Trouble(RedisChanges):
    def run_through(self, begin, end, *words):
        server, api = self.serve_here()
        begin()
        self.wait_not_ready(server.url, *words)
        self.assert_closed(api)
        end()
        self.wait_ready(server.url)
        self.assertEqual(api.draw("after it")["status"], "SUCCESS")
        self.assertIsNone(server.child.poll(), server.log)
        self.assertNotIn('status="500"', api.ask("/metrics").body.decode())

    def test_a_master_that_is_made_a_replica(self):
        self.run_through(lambda: self.tell("REPLICAOF", "127.0.0.1", "1"),
                         lambda: self.tell("REPLICAOF", "NO", "ONE"),
                         "is a replica of 127.0.0.1:1")

    def test_a_master_that_misses_its_replicas(self):
        self.run_through(lambda: self.tell("CONFIG", "SET", "min-replicas-to-write", "1"),
                         lambda: self.tell("CONFIG", "SET", "min-replicas-to-write", "0"),
                         "NOREPLICAS")

    def test_a_redis_out_of_memory(self):
        self.run_through(lambda: self.tell("CONFIG", "SET", "maxmemory", "1"),
                         lambda: self.tell("CONFIG", "SET", "maxmemory", "0"), "OOM")

    def test_a_password_that_is_changed(self):
        admin = self.connect()

        def change():
            self.say(admin, "ACL SETUSER default resetpass >changed")
            self.say(admin, "CLIENT KILL TYPE normal SKIPME yes")

        self.run_through(change, lambda: self.say(admin, "ACL SETUSER default nopass"), "NOAUTH")

    def test_a_redis_that_is_busy_with_somebodys_script(self):
        self.tell("CONFIG", "SET", "busy-reply-threshold", "1")
        somebody = self.connect()
        self.run_through(lambda: somebody.sendall(b'EVAL "while true do end" 0\r\n'),
                         lambda: self.tell("SCRIPT", "KILL"), "BUSY")

    def connect(self):
        """A connection that stays."""
        link = socket.socket(socket.AF_UNIX)
        self.addCleanup(link.close)
        link.connect(str(self.given.path))
        return link

    def say(self, link, words):
        link.sendall(words.encode() + b"\r\n")
        self.assertFalse(link.recv(4096).startswith(b"-"), words)


del RedisChanges
