"""Several processes, one given Redis, one data.dir."""

from .client import ask
from .processes import wait_until
from .scene import Scene, backend


class SeveralProcesses(Scene):
    def test_tasks_are_everybodys_whoever_accepted_them(self):
        redis, sandbox = self.redis(), self.sandbox()
        config = (f'[redis]\nurl = "{redis.url}"\n[data]\ndir = "{self.directory}/data"\n'
                  + backend(sandbox))
        servers = [self.serve(config=config, name=name) for name in ("one", "two")]
        apis = [self.api(server) for server in servers]
        submitted = [apis[i % 2].accepted(f"number {i}") for i in range(8)]
        for task_id in submitted:
            for api in apis:
                task = api.wait(task_id)
                self.assertEqual(task["status"], "SUCCESS")
                # Whoever accepted it, whoever answers hands out its own address.
                self.assertEqual(task["imageUrl"], f"{api.base}/mj/image/{task_id}")
                self.assertEqual(ask(f"{api.base}/mj/image/{task_id}").status, 200)
        self.assertEqual(sandbox.ledger()["billed_calls"], 8)

    def test_roles_divide_the_work(self):
        redis, sandbox = self.redis(), self.sandbox()
        config = (f'[redis]\nurl = "{redis.url}"\n[data]\ndir = "{self.directory}/data"\n'
                  + backend(sandbox))
        front = self.serve("--role=api", config=config, name="front")
        api = self.api(front)
        waiting = api.imagine("nobody works yet")
        self.assertEqual(waiting["code"], 22)
        self.assertEqual(sandbox.calls(), [])
        worker = self.serve("--role=worker", config=config, name="worker")
        self.assertEqual(api.wait(waiting["result"])["status"], "SUCCESS")
        for process in (front, worker):
            self.assertEqual(ask(process.url + "/healthz").status, 200)
            self.assertEqual(ask(process.url + "/readyz").status, 200)
        front.kill()
        self.assert_ends_well(worker)

    def test_slots_are_counted_over_all_processes(self):
        redis, sandbox = self.redis(), self.sandbox("--delay=300ms")
        config = (f'[redis]\nurl = "{redis.url}"\n[data]\ndir = "{self.directory}/data"\n'
                  + backend(sandbox, concurrency=2))
        apis = [self.api(self.serve(config=config, name=name)) for name in ("one", "two", "three")]
        ids = [apis[i % 3].accepted(f"number {i}") for i in range(12)]
        for task_id in ids:
            self.assertEqual(apis[0].wait(task_id)["status"], "SUCCESS")
        self.assertLessEqual(sandbox.ledger()["max_in_flight"], 2)

    def test_a_dead_workers_waiting_tasks_are_taken_over(self):
        redis, sandbox = self.redis(), self.sandbox("--delay=1s")
        config = (f'[redis]\nurl = "{redis.url}"\n[data]\ndir = "{self.directory}/data"\n'
                  '[worker]\nlease = "1s"\n' + backend(sandbox, concurrency=1, timeout="3s"))
        one = self.serve(config=config, name="one")
        two = self.serve("--role=api", config=config, name="two")
        api = self.api(two)
        running = api.accepted("runs")
        api.wait(running, "IN_PROGRESS")
        waiting = [api.accepted(f"waits {i}") for i in range(3)]
        one.kill()
        self.serve("--role=worker", config=config, name="three")
        for task_id in waiting:
            self.assertEqual(api.wait(task_id)["status"], "SUCCESS")
        self.assertEqual(api.wait(running)["properties"].get("failCode"),
                         "AMBIGUOUS_UPSTREAM_OUTCOME")

    def test_an_unreachable_redis_is_waited_for(self):
        config = f'[redis]\nurl = "unix://{self.directory}/redis/given.sock"\n' + backend(
            self.sandbox())
        process = self.start(
            "serve", f"--config={self._written(config)}", "--server.listen=127.0.0.1:0",
            "--log.level=debug")
        url = process.wait_for_line(r"listening.*?(http://[^\s\",]+)").group(1)
        self.assertEqual(ask(url + "/healthz").status, 200)
        answer = ask(url + "/readyz")
        self.assertEqual(answer.status, 503)
        self.assertEqual(answer.json()["status"], "not_ready")
        refused = ask(url + "/mj/submit/imagine", "POST", {"prompt": "too early"})
        self.assertEqual(refused.status, 503)
        self.assertIn("Retry-After", refused.headers)
        self.redis()
        process.wait_ready()
        wait_until(lambda: ask(url + "/readyz").status == 200, "readiness")
        self.assertEqual(self.api(process).draw("at last")["status"], "SUCCESS")

    def test_a_redis_that_forgets_is_refused_or_warned_about(self):
        evicting = self.redis("--maxmemory-policy", "allkeys-lru")
        config = self._written(f'[redis]\nurl = "{evicting.url}"\n')
        process = self.start("serve", f"--config={config}", "--server.listen=127.0.0.1:0")
        self.assertNotEqual(process.wait(), 0)
        self.assertIn("noeviction", process.log)
        evicting.command("CONFIG", "SET", "maxmemory-policy", "noeviction")
        evicting.command("CONFIG", "SET", "appendfsync", "everysec")
        server = self.serve(config=f'[redis]\nurl = "{evicting.url}"\n')
        warnings = ask(server.url + "/readyz").json()["warnings"]
        self.assertTrue(any("fsync" in text for text in warnings), warnings)

    def _written(self, config):
        file = self.directory / "given.toml"
        file.write_text(config)
        return file
