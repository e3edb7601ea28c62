"""Commands, settings and exit codes."""

import json
import tomllib

from .processes import clean_environment, run_imagined
from .scene import Scene, backend


class CommandLine(Scene):
    def run_it(self, *arguments, **environment):
        return run_imagined(*arguments, directory=self.directory,
                            environment=clean_environment(**environment))

    def write(self, text, name="imagined.toml"):
        (self.directory / name).write_text(text)

    def test_version_is_told_in_json_too(self):
        told = json.loads(self.run_it("version", "--json").stdout)
        self.assertEqual(set(told), {"version", "commit", "build_type"})
        self.assertRegex(told["version"], r"^\d+\.\d+\.\d+$")

    def test_version_tells_version_commit_and_build_type(self):
        told = self.run_it("version")
        self.assertEqual(told.returncode, 0)
        self.assertRegex(told.stdout, r"^imagined \d+\.\d+\.\d+\ncommit \S+\nbuild \w+\n$")

    def test_help_is_no_error_and_nonsense_is(self):
        for arguments in (["-h"], ["serve", "-h"], ["task", "-h"], ["task", "show", "--help"]):
            self.assertEqual(self.run_it(*arguments).returncode, 0, arguments)
        for arguments in ([], ["dance"], ["serve", "--role=king"], ["task"], ["task", "show"],
                          ["serve", "extra"], ["serve", "--nope"], ["version", "--log.level=off"],
                          ["sandbox", "--delay=soon"], ["sandbox", "--dialect=klingon"],
                          ["check-config", "--server.listen"]):
            told = self.run_it(*arguments)
            self.assertEqual(told.returncode, 2, arguments)
            self.assertTrue(told.stderr, arguments)

    def test_check_config_prints_valid_toml_without_secrets(self):
        self.write('[server]\napi_keys = ["s3cret-1"]\n[redis]\nurl = "redis://u:s3cret-2@h:1/0"\n'
                   '[[caller]]\nname = "bot"\nkey = "env:BOT"\n')
        told = self.run_it("check-config", BOT="s3cret-3", IDEOGRAM_API_KEY="s3cret-4")
        self.assertEqual(told.returncode, 0, told.stderr)
        self.assertNotIn("s3cret", told.stdout + told.stderr)
        effective = tomllib.loads(told.stdout)
        self.assertEqual(effective["server"]["api_keys"], ["***"])
        self.assertEqual(effective["server"]["listen"], "127.0.0.1:8080")
        self.assertEqual(effective["backend"][0]["base_url"], "https://api.ideogram.ai")

    def test_flags_win_over_the_environment_over_the_file(self):
        self.write('[worker]\nlease = "3s"\nconcurrency = 3\nqueue_limit = 3\n')
        told = self.run_it("check-config", "--worker.lease=5s", IMAGINED_WORKER_LEASE="4s",
                           IMAGINED_WORKER_CONCURRENCY="4")
        worker = tomllib.loads(told.stdout)["worker"]
        self.assertEqual(
            (worker["lease"], worker["concurrency"], worker["queue_limit"]), ("5s", 4, 3))

    def test_all_errors_are_told_at_once_with_exit_code_2(self):
        self.write('[worker]\nlease = "soon"\n[imagine]\nimagse = 3\n[log]\nlevel = "loud"\n')
        for command in ("check-config", "serve", "queue"):
            told = self.run_it(command)
            self.assertEqual(told.returncode, 2)
            for part in ("imagined.toml:2: worker.lease", "did you mean imagine.images?",
                         "log.level"):
                self.assertIn(part, told.stderr)

    def test_an_unknown_variable_is_a_warning(self):
        told = self.run_it("check-config", IMAGINED_SERVER_LISEN="x")
        self.assertEqual(told.returncode, 0)
        self.assertIn("did you mean IMAGINED_SERVER_LISTEN?", told.stderr)

    def test_an_open_server_on_a_public_address_is_refused(self):
        told = self.run_it("serve", "--server.listen=0.0.0.0:0")
        self.assertEqual(told.returncode, 2)
        self.assertIn("server.api_keys", told.stderr)
        self.assertIn("server.public_url", told.stderr)

    def test_a_missing_file_is_refused(self):
        told = self.run_it("serve", "--config", "nowhere.toml")
        self.assertEqual(told.returncode, 2)
        self.assertIn("nowhere.toml", told.stderr)

    def test_without_redis_server_the_package_is_named(self):
        empty = self.directory / "empty"
        empty.mkdir()
        told = self.run_it("serve", "--server.listen=127.0.0.1:0", PATH=str(empty))
        self.assertNotEqual(told.returncode, 0)
        self.assertIn("redis-server", told.stderr)
        self.assertIn("install", told.stderr)

    def test_a_second_process_on_an_embedded_data_dir_is_refused(self):
        self.serve()
        told = self.run_it("serve", "--server.listen=127.0.0.1:0")
        self.assertEqual(told.returncode, 2, told.stderr)
        self.assertIn("redis.url", told.stderr)

    def test_an_address_that_is_taken_is_named(self):
        taken = self.serve().url.removeprefix("http://")
        told = self.run_it("serve", f"--server.listen={taken}", "--data.dir=other")
        self.assertEqual(told.returncode, 1, told.stderr)
        self.assertIn(taken, told.stderr)


class Operator(Scene):
    def command(self, *arguments):
        return run_imagined(*arguments, "--config", str(self.directory / "imagined.toml"),
                            directory=self.directory)

    def test_a_task_is_shown_with_its_history(self):
        task = self.api(self.serve()).draw("for the operator")
        told = self.command("task", "show", task["id"], "--json")
        self.assertEqual(told.returncode, 0, told.stderr)
        shown = json.loads(told.stdout)
        self.assertEqual(shown["task"], task)
        self.assertEqual(shown["state"], "success")
        self.assertEqual([call["state"] for call in shown["calls"]], ["answered"])
        self.assertTrue(any("calling" in event["text"] for event in shown["history"]))
        sequences = [event["sequence"] for event in shown["history"]]
        self.assertTrue(sequences)
        self.assertEqual(sequences, sorted(sequences))
        plain = self.command("task", "show", task["id"])
        self.assertIn("for the operator", plain.stdout)
        self.assertIn("history", plain.stdout)

    def test_an_unknown_task_is_exit_code_1(self):
        self.serve()
        for verb in ("show", "cancel", "retry", "retry-callback"):
            told = self.command("task", verb, "1234567890123456")
            self.assertEqual(told.returncode, 1, verb)
            self.assertIn("1234567890123456", told.stderr)

    def test_a_waiting_task_can_be_cancelled_once(self):
        sandbox = self.sandbox("--delay=5s")
        api = self.api(self.serve(config=backend(sandbox, concurrency=1)))
        api.wait(api.accepted("runs"), "IN_PROGRESS")
        waiting = api.accepted("waits")
        self.assertEqual(self.command("task", "cancel", waiting).returncode, 0)
        self.assertEqual(api.fetch(waiting)["properties"]["failCode"], "CANCELLED")
        self.assertEqual(self.command("task", "cancel", waiting).returncode, 1)

    def test_a_failed_task_can_be_submitted_again(self):
        sandbox = self.sandbox()
        sandbox.script({"status": 500, "body": "oops"})
        api = self.api(self.serve(config=backend(sandbox)))
        failed = api.wait(api.accepted("second chance"))
        self.assertEqual(failed["status"], "FAILURE")
        told = self.command("task", "retry", failed["id"], "--json")
        self.assertEqual(told.returncode, 0, told.stderr)
        again = api.wait(json.loads(told.stdout)["id"])
        self.assertEqual((again["status"], again["prompt"]), ("SUCCESS", "second chance"))
        self.assertEqual(api.fetch(failed["id"]), failed)
        self.assertEqual(self.command("task", "retry", again["id"]).returncode, 1)

    def test_a_dead_letter_can_be_delivered_after_all(self):
        sink = self.sink([503] * 50)
        api = self.api(self.serve(config=(
            f'[callback]\nallow = ["{sink.address}"]\nschedule = ["0s"]\n')))
        task = api.draw("undeliverable", notifyHook=sink.url)
        sink.wait_for(lambda events: any(
            e["task"]["status"] == "SUCCESS" for e in events), "the terminal attempt")
        sink.accept()
        told = self.command("task", "retry-callback", task["id"])
        self.assertEqual(told.returncode, 0, told.stderr)
        sink.wait_for_end(task["id"])

    def test_the_queue_is_counted(self):
        api = self.api(self.serve())
        api.draw("counted")
        told = self.command("queue", "--json")
        self.assertEqual(told.returncode, 0, told.stderr)
        counted = json.loads(told.stdout)
        self.assertEqual((counted["waiting"], counted["running"]), (0, 0))
        self.assertEqual(counted["workers"], 1)
        self.assertIsNone(counted["oldestWaitingMs"])
        self.assertGreater(counted["spentTodayUsd"], 0)
        self.assertIn("workers", self.command("queue").stdout)

    def test_the_audit_finds_nothing_broken(self):
        api = self.api(self.serve())
        api.draw("audited")
        told = self.command("audit", "--json")
        self.assertEqual(told.returncode, 0, told.stdout + told.stderr)
        self.assertEqual(json.loads(told.stdout), {"sound": True, "broken": []})

    def test_without_a_server_the_embedded_redis_is_said_to_be_down(self):
        (self.directory / "imagined.toml").write_text("")
        told = self.command("queue")
        self.assertEqual(told.returncode, 1)
        self.assertIn("imagined serve", told.stderr)
