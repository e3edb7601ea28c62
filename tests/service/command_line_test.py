"""Commands, settings and exit codes."""

import json
import socket
import time
import tomllib

from .processes import BINARY, Process, clean_environment, run_imagined
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

    def test_a_mistyped_command_is_answered_with_the_nearest_one(self):
        for words, meant in ((["sevre"], "serve"), (["taks", "show", "1"], "task"),
                             (["task", "lsit"], "task list"), (["chek-config"], "check-config"),
                             (["config", "inti"], "config init"), (["qeue", "--json"], "queue")):
            with self.subTest(words):
                told = self.run_it(*words)
                self.assertEqual(told.returncode, 2)
                self.assertIn(f'did you mean "{meant}"?', told.stderr)

    def test_a_configuration_to_begin_with_is_printed(self):
        told = self.run_it("config", "init")
        self.assertEqual(told.returncode, 0, told.stderr)
        self.write(told.stdout)
        checked = self.run_it("check-config")
        self.assertEqual((checked.returncode, checked.stderr), (0, ""))
        self.assertEqual(tomllib.loads(checked.stdout)["server"]["listen"], "127.0.0.1:8080")
        self.assertGreater(told.stdout.count("\n# "), 10)

    def test_serve_says_what_it_read_and_where_the_console_is(self):
        server = self.serve(config="[log]\nprompts = true\n", name="special")
        self.assertIn(str(self.directory / "special.toml"), server.log)
        ready = next(line for line in server.log.splitlines() if " ready " in line)
        self.assertIn(f"{server.url}/console/", ready)
        server.stop()
        self.assertIn("no configuration file", self.start(
            "serve", "--server.listen=127.0.0.1:0", environment=clean_environment()
        ).wait_ready().log)

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

    def test_a_second_process_on_an_embedded_data_dir_is_refused_at_once(self):
        self.serve()
        begun = time.monotonic()
        told = self.run_it("serve", "--server.listen=127.0.0.1:0")
        self.assertLess(time.monotonic() - begun, 4)
        self.assertEqual(told.returncode, 2, told.stderr)
        self.assertIn("redis.url", told.stderr)

    def test_health_tells_a_server_that_runs_from_one_that_does_not(self):
        server = self.serve()
        for arguments in ([server.url], ["--ready", server.url], [f"{server.url}/", "--ready"],
                          [server.url.removeprefix("http://")], [f"{server.url}/readyz"]):
            told = self.run_it("health", *arguments)
            self.assertEqual(told.returncode, 0, told.stderr)
            self.assertIn(server.url, told.stdout)
        server.stop()
        for arguments in ([server.url], ["--ready", server.url]):
            told = self.run_it("health", *arguments)
            self.assertEqual(told.returncode, 1, told.stdout)
            self.assertIn(server.url, told.stderr)
        self.assertEqual(self.run_it("health", "http://[nonsense").returncode, 2)

    def test_health_of_a_server_that_is_not_ready_says_why(self):
        server = self.start("serve", "--server.listen=127.0.0.1:0", "--log.level=debug",
                            "--redis.url=unix:///nowhere/redis.sock",
                            environment=clean_environment())
        url = server.wait_for_line(r"listening.*?(https?://[^\s\",]+)").group(1)
        self.assertEqual(self.run_it("health", url).returncode, 0)
        told = self.run_it("health", "--ready", url)
        self.assertEqual(told.returncode, 1)
        self.assertIn("503", told.stderr)
        self.assertIn("redis", told.stderr)

    def test_health_needs_nothing_but_the_address(self):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        file = self.directory / "odd.toml"
        file.write_text(f'[server]\nlisten = "0.0.0.0:{port}"\nmystery = 1\n'
                        'api_keys = ["env:NOT_SET"]\n[redis]\nurl = "file:/nowhere"\n')
        self.assertEqual(self.run_it("health", "--config", str(file)).returncode, 1)
        self.serve(f"--server.listen=127.0.0.1:{port}")
        told = self.run_it("health", "--ready", "--config", str(file))
        self.assertEqual(told.returncode, 0, told.stderr)
        self.assertIn(f"http://127.0.0.1:{port}/readyz", told.stdout)
        told = self.run_it("health", "--server.listen=127.0.0.1:0")
        self.assertEqual(told.returncode, 2)
        self.assertIn("server.listen", told.stderr)

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

    def test_a_conflict_says_what_is_the_matter(self):
        sandbox = self.sandbox("--delay=5s")
        api = self.api(self.serve(config=backend(sandbox, concurrency=1)))
        running = api.accepted("runs")
        told = self.command("task", "retry-callback", running)
        self.assertEqual(told.returncode, 1)
        self.assertIn("without a hook", told.stderr)
        api.wait(running)
        for verb, why in (("cancel", "only one that has not ended"), ("retry", "only one that failed"),
                          ("retry-callback", "without a hook")):
            told = self.command("task", verb, running)
            self.assertEqual(told.returncode, 1)
            self.assertIn(f"task {running} is success", told.stderr)
            self.assertIn(why, told.stderr)

    def test_a_callback_that_is_not_due_says_why(self):
        sandbox = self.sandbox("--delay=5s")
        sink = self.sink([503] * 50)
        api = self.api(self.serve(config=(
            backend(sandbox, concurrency=1)
            + f'[callback]\nallow = ["{sink.address}"]\nschedule = ["0s", "1h"]\n')))
        task = api.accepted("told later", notifyHook=sink.url)
        told = self.command("task", "retry-callback", task)
        self.assertEqual(told.returncode, 1)
        self.assertIn("it has not ended", told.stderr)

    def test_tasks_are_listed_newest_first(self):
        sandbox = self.sandbox()
        sandbox.script({"status": 400, "body": "no"})
        api = self.api(self.serve(config=backend(sandbox)))
        failed = api.wait(api.accepted("first\nof all"))["id"]
        drawn = [api.draw(f"number {n}")["id"] for n in range(3)]
        told = self.command("task", "list")
        self.assertEqual((told.returncode, told.stderr), (0, ""))
        lines = told.stdout.splitlines()
        self.assertEqual([line.split()[0] for line in lines], [*reversed(drawn), failed])
        self.assertRegex(lines[0], r"SUCCESS +100% +- +IMAGINE +\"number 2\"$")
        self.assertRegex(lines[-1], r'FAILURE +100% +- +IMAGINE +"first\\nof all"  INVALID_REQUEST$')
        as_json = [json.loads(line) for line in
                   self.command("task", "list", "--json").stdout.splitlines()]
        self.assertEqual([one["id"] for one in as_json], [*reversed(drawn), failed])
        self.assertEqual(as_json[-1]["failCode"], "INVALID_REQUEST")
        self.assertEqual(as_json[-1]["prompt"], "first\nof all")

    def test_a_list_is_narrowed_by_status_caller_and_age(self):
        config = ('[[caller]]\nname = "ann"\nkey = "the-key-of-ann-000"\n'
                  '[[caller]]\nname = "bob"\nkey = "the-key-of-bob-000"\n')
        server = self.serve(config=config)
        ann = self.api(server, key="the-key-of-ann-000").draw("hers")["id"]
        bob = self.api(server, key="the-key-of-bob-000").draw("his")["id"]

        def listed(*arguments):
            told = self.command("task", "list", "--json", *arguments)
            self.assertEqual(told.returncode, 0, told.stderr)
            return [json.loads(line)["id"] for line in told.stdout.splitlines()]

        self.assertEqual(listed(), [bob, ann])
        self.assertEqual(listed("--caller", "ann"), [ann])
        self.assertEqual(listed("--caller=nobody"), [])
        self.assertEqual(listed("--status", "success"), [bob, ann])
        self.assertEqual(listed("--status=FAILURE"), [])
        self.assertEqual(listed("--since", "1h"), [bob, ann])
        self.assertEqual(listed("--since=1ms"), [])
        for wrong in (["--status=fine"], ["--since=yesterday"]):
            self.assertEqual(self.command("task", "list", *wrong).returncode, 2)

    def test_a_long_list_is_whole(self):
        api = self.api(self.serve())
        ids = [api.submit("shorten", {"prompt": f"number {n} of many"})["result"]
               for n in range(430)]
        told = self.command("task", "list")
        self.assertEqual([line.split()[0] for line in told.stdout.splitlines()], ids[::-1])

    def test_changes_are_followed(self):
        server = self.serve()
        api = self.api(server)
        before = api.draw("before")["id"]
        follower = Process(
            ["sh", "-c", 'exec "$0" "$@" >&2', BINARY, "task", "list", "--follow", "--json",
             "--config", str(self.directory / "imagined.toml")], self.directory)
        self.addCleanup(follower.kill)
        follower.wait_for_line(before)
        after = api.draw("after")["id"]
        follower.wait_for_line(f'"id":"{after}".*"status":"SUCCESS"')
        lines = [json.loads(line) for line in follower.log.splitlines()]
        statuses = [one["status"] for one in lines if one["id"] == after]
        life = ("NOT_START", "SUBMITTED", "IN_PROGRESS", "SUCCESS")
        self.assertEqual(statuses, sorted(statuses, key=life.index))
        self.assertEqual(statuses.count("SUCCESS"), 1)
        self.assertEqual([one["id"] for one in lines].count(before), 1)
        self.assertIsNone(follower.child.poll())

    def test_no_secret_is_needed_but_redis_own(self):
        given = self.redis()
        sandbox = self.sandbox()
        file = self.directory / "imagined.toml"
        config = backend(sandbox, keys=["env:IDEOGRAM_KEY", "env:SECOND_KEY"]) + (
            f'[server]\nlisten = "127.0.0.1:0"\napi_keys = ["env:OPERATOR"]\n'
            f'[redis]\nurl = "env:REDIS_URL"\n[callback]\nsecrets = ["file:/nowhere"]\n')
        file.write_text(config)
        environment = clean_environment(REDIS_URL=given.url)
        for command in (["queue"], ["audit"], ["task", "list"]):
            told = run_imagined(*command, directory=self.directory, environment=environment)
            self.assertEqual((told.returncode, told.stderr), (0, ""), command)
        shown = json.loads(run_imagined(
            "queue", "--json", directory=self.directory, environment=environment).stdout)
        self.assertEqual(len(shown["backends"][0]["slots"]), 2)
        told = run_imagined("queue", directory=self.directory, environment=clean_environment())
        self.assertEqual(told.returncode, 2)
        self.assertIn("REDIS_URL", told.stderr)
        self.assertNotIn("OPERATOR", told.stderr)

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
