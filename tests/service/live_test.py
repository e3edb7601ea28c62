"""The live API: tasks under /v1, long polls, streams of events, problem documents."""

import http.client
import json
import socket
import threading
import time
from urllib.parse import urlsplit

import jsonschema

from .client import SCHEMAS, TASK, ask
from .scene import Scene, backend

DOCUMENT = json.loads((SCHEMAS / "openapi.json").read_text())
LIMIT = 60


def component(name):
    schema = {"$ref": f"#/components/schemas/{name}", "components": DOCUMENT["components"]}
    return jsonschema.Draft202012Validator(schema)


LIVE_TASK, LIVE_PAGE, LIVE_RESULT, PROBLEM = map(
    component, ("LiveTask", "LivePage", "LiveResult", "Problem"))
OF_TASK = {name: component(of) for name, of in (
    ("step", "LiveStep"), ("task", "LiveTask"), ("progress", "LiveProgress"),
    ("queue", "LiveQueueMoved"))}
OF_ALL = {name: component(of) for name, of in (
    ("task", "LiveTask"), ("queue", "LiveFigures"), ("reset", "LiveReset"))}


class Stream:
    """A reader of server-sent events. Every event is checked against its schema."""

    def __init__(self, url, shapes, headers=None):
        parts = urlsplit(url)
        self.shapes = shapes
        self.last_id = None
        self.link = http.client.HTTPConnection(parts.hostname, parts.port, timeout=LIMIT)
        self.link.request("GET", parts.path, headers=headers or {})
        self.answer = self.link.getresponse()
        self.status = self.answer.status

    def events(self):
        """(name, data) of each event, until the stream ends."""
        name, data = "message", []
        for line in self.answer:
            line = line.decode().rstrip("\n")
            if line.startswith("event: "):
                name = line[7:]
            elif line.startswith("id: "):
                self.last_id = line[4:]
            elif line.startswith("data: "):
                data.append(line[6:])
            elif not line and data:
                told = json.loads("\n".join(data))
                self.shapes[name].validate(told)
                yield name, told
                name, data = "message", []

    def until(self, condition):
        """All events up to the first that meets `condition`."""
        seen = []
        for name, told in self.events():
            seen.append((name, told))
            if condition(name, told):
                return seen
        raise AssertionError(f"the stream ended: {seen}")

    def close(self):
        self.answer.close()
        self.link.close()


class Live(Scene):
    def stream(self, url, shapes=None, **headers):
        stream = Stream(url, shapes or OF_TASK,
                        {name.replace("_", "-"): text for name, text in headers.items()})
        self.addCleanup(stream.close)
        self.assertEqual(stream.status, 200)
        self.assertEqual(stream.answer.headers["Content-Type"], "text/event-stream; charset=utf-8")
        return stream

    def create(self, server, **fields):
        answer = ask(server.url + "/v1/tasks", "POST", fields)
        self.assertEqual(answer.status, 201, answer)
        task = answer.json()
        LIVE_TASK.validate(task)
        self.assertEqual(answer.headers["Location"], task["urls"]["self"])
        return task

    def assert_problem(self, answer, status, name):
        self.assertEqual(answer.status, status, answer)
        self.assertEqual(answer.headers["Content-Type"], "application/problem+json")
        told = answer.json()
        PROBLEM.validate(told)
        self.assertEqual(told["type"], "urn:imagined:problem:" + name)
        return told

    def wait_for_end(self, task):
        end = time.monotonic() + LIMIT
        while time.monotonic() < end:
            now = ask(task["urls"]["self"] + "?wait=30").json()
            if now["status"] in ("succeeded", "failed", "cancelled"):
                return now
        raise AssertionError(f"it has not ended: {now}")


class Tasks(Live):
    def test_a_task_is_followed_by_its_events_up_to_its_end_and_read_under_mj(self):
        server = self.serve(config=backend(self.sandbox("--delay=1s")))
        made = self.create(server, prompt="a red fox --ar 16:9")
        stream = self.stream(made["urls"]["events"])
        seen = list(stream.events())
        steps = [told["what"] for name, told in seen if name == "step"]
        self.assertEqual(steps[0], "submitted")
        self.assertEqual(steps[-1], "stored")
        self.assertLess(steps.index("claimed"), steps.index("called"))
        self.assertLess(steps.index("called"), steps.index("drawn"))
        tasks = [told for name, told in seen if name == "task"]
        self.assertEqual(tasks[-1]["status"], "succeeded")
        self.assertEqual(seen[-1][0], "task", "the end is the last word")
        revisions = [task["revision"] for task in tasks]
        self.assertEqual(revisions, sorted(revisions))
        progress = [told["progress"] for name, told in seen if name == "progress"]
        self.assertEqual(progress, sorted(progress))

        fetched = self.api(server).fetch(made["id"])
        self.assertEqual(tasks[-1]["task"], fetched)
        result = ask(made["urls"]["result"]).json()
        LIVE_RESULT.validate(result)
        self.assertEqual([one["url"] for one in result["images"]],
                         [one["url"] for one in fetched["properties"]["pictures"]])
        self.assertEqual(ask(result["images"][0]["url"]).status, 200)

        # Who has seen the end is told to stop asking.
        again = Stream(made["urls"]["events"], OF_TASK, {"Last-Event-ID": stream.last_id})
        self.assertEqual(again.status, 204)
        again.close()

    def test_who_comes_back_is_told_what_it_missed_and_nothing_twice(self):
        server = self.serve(config=backend(self.sandbox("--delay=2s")))
        made = self.create(server, prompt="a red fox")
        first = self.stream(made["urls"]["events"])
        before = first.until(lambda name, told: name == "task" and told["status"] == "running")
        first.close()
        self.wait_for_end(made)
        second = self.stream(made["urls"]["events"], Last_Event_ID=first.last_id)
        after = list(second.events())
        self.assertEqual(after[-1][1]["status"], "succeeded")
        revisions = [told["revision"] for name, told in before + after if name == "step"]
        self.assertEqual(len(revisions), len(set(revisions)), "a step was told twice")
        whats = [told["what"] for name, told in before + after if name == "step"]
        self.assertEqual(whats[0], "submitted")
        self.assertEqual(whats[-1], "stored")

    def test_a_task_made_under_mj_has_a_stream(self):
        server = self.serve()
        task_id = self.api(server).accepted("a blue fox")
        seen = list(self.stream(f"{server.url}/v1/tasks/{task_id}/events").events())
        self.assertEqual(seen[-1][1]["task"]["prompt"], "a blue fox")
        self.assertEqual(seen[-1][1]["status"], "succeeded")

    def test_cancelling_ends_the_stream_and_can_not_be_done_twice(self):
        sandbox = self.sandbox("--delay=5s")
        server = self.serve(config=backend(sandbox, concurrency=1))
        running = self.create(server, prompt="runs")
        self.stream(running["urls"]["events"]).until(
            lambda name, told: name == "step" and told["what"] == "called")
        waiting = self.create(server, prompt="waits")
        self.assertEqual(waiting["status"], "waiting")
        self.assertEqual(waiting["queue"]["ahead"], 0)
        self.until(lambda: ask(waiting["urls"]["self"]).json()["queue"]["expectedWaitMs"] > 0,
                   "a wait for the one that runs is expected")
        behind = self.create(server, prompt="waits longer")
        self.assertEqual(behind["queue"]["ahead"], 1)
        stream = self.stream(behind["urls"]["events"])
        answer = ask(waiting["urls"]["cancel"], "POST")
        self.assertEqual(answer.json()["status"], "cancelled", answer)
        LIVE_TASK.validate(answer.json())
        self.assert_problem(ask(waiting["urls"]["cancel"], "POST"), 409, "task-ended")
        self.assert_problem(ask(waiting["urls"]["result"]), 409, "task-failed")
        # The one behind it moved up, and its stream says so.
        stream.until(lambda name, told: name == "queue" and told["ahead"] == 0)
        ask(behind["urls"]["cancel"], "POST")
        self.assertEqual(list(stream.events())[-1][1]["status"], "cancelled")

    def test_a_long_poll_is_answered_by_the_change_or_by_its_time(self):
        sandbox = self.sandbox("--delay=1s")
        server = self.serve(config=backend(sandbox))
        made = self.create(server, prompt="a red fox")
        ended = self.wait_for_end(made)
        self.assertEqual(ended["status"], "succeeded")
        began = time.monotonic()
        answer = ask(made["urls"]["self"] + "?wait=30")
        self.assertLess(time.monotonic() - began, 10, "an ended task was waited for")
        tag = {"If-None-Match": answer.headers["ETag"]}
        self.assertEqual(ask(made["urls"]["self"], headers=tag).status, 304)

        slow = self.create(server, prompt="another")
        told = ask(slow["urls"]["result"], headers={"Prefer": "wait=30"})
        self.assertEqual(told.status, 200, told)
        self.assertEqual(told.headers["Preference-Applied"], "wait=30")

    def test_a_long_poll_that_hears_nothing_ends_in_its_time(self):
        server = self.serve(config=backend(self.sandbox("--delay=10s")))
        made = self.create(server, prompt="a red fox")
        self.stream(made["urls"]["events"]).until(
            lambda name, told: name == "step" and told["what"] == "called")
        began = time.monotonic()
        self.assert_problem(ask(made["urls"]["result"] + "?wait=1"), 409, "task-not-ended")
        self.assertGreaterEqual(time.monotonic() - began, 1)

    def test_lists_go_page_by_page(self):
        server = self.serve()
        made = [self.create(server, prompt=f"number {n}")["id"] for n in range(5)]
        page = ask(server.url + "/v1/tasks?limit=3").json()
        LIVE_PAGE.validate(page)
        rest = ask(server.url + f"/v1/tasks?limit=3&cursor={page['next']}").json()
        self.assertEqual([task["id"] for task in page["tasks"] + rest["tasks"]], made[::-1])
        self.assertIsNone(rest["next"])

    def test_errors_are_problem_documents(self):
        server = self.serve(config='[[caller]]\nname = "bot"\nkey = "k"\nmax_waiting = 1\n'
                                   + backend(self.sandbox("--delay=5s"), concurrency=1))
        key = {"Api-Key": "k"}
        url = server.url + "/v1/tasks"
        self.assert_problem(ask(url), 401, "unauthorized")
        self.assert_problem(ask(url, "PUT", headers=key), 405, "method-not-allowed")
        self.assert_problem(ask(url + "/1/2/3", headers=key), 404, "no-such-endpoint")
        self.assert_problem(ask(url + "/1234567890123456", headers=key), 404, "no-such-task")
        self.assert_problem(ask(url, "POST", b"{", key), 400, "invalid-request")
        told = self.assert_problem(
            ask(url, "POST", {"prompt": "a cat --nonsense 3"}, key), 400, "invalid-request")
        self.assertIn("--nonsense", told["detail"])
        running = ask(url, "POST", {"prompt": "runs"}, key)
        self.assertIn('"caller";r=0', running.headers["RateLimit"])
        task = running.json()
        self.until(lambda: ask(f"{url}/{task['id']}", headers=key).json()["status"] == "running",
                   "it runs")
        self.assertEqual(ask(url, "POST", {"prompt": "waits"}, key).status, 201)
        full = ask(url, "POST", {"prompt": "one too many"}, key)
        self.assertTrue(self.assert_problem(full, 429, "queue-full")["retryable"])
        self.assertGreaterEqual(int(full.headers["Retry-After"]), 1)
        self.assertIn('"caller";r=0', full.headers["RateLimit"])


class Everything(Live):
    def test_the_stream_of_all_tasks_tells_each_change_and_goes_on_where_it_was_cut(self):
        server = self.serve(config=backend(self.sandbox("--delay=1s")))
        url = server.url + "/v1/events"
        stream = self.stream(url, OF_ALL)
        stream.until(lambda name, told: name == "reset")
        made = self.create(server, prompt="a red fox")
        other = self.api(server).accepted("a blue fox")

        def ended(task_id):
            return lambda name, told: (name == "task" and told["id"] == task_id
                                       and told["status"] == "succeeded")
        seen = stream.until(ended(made["id"]))
        mine = [told for name, told in seen if name == "task" and told["id"] == made["id"]]
        self.assertIn("running", [told["status"] for told in mine])
        TASK.validate(mine[-1]["task"])
        last = stream.last_id
        stream.close()

        self.api(server).wait(other)
        third = self.create(server, prompt="a green fox")
        self.wait_for_end(third)
        again = self.stream(url, OF_ALL, Last_Event_ID=last)
        missed = again.until(ended(third["id"]))
        self.assertNotIn("reset", [name for name, _ in missed])
        stranger = self.stream(url, OF_ALL, Last_Event_ID="ffffffff-7")
        self.assertEqual(next(stranger.events())[0], "reset")

    def test_callers_are_told_of_their_own_tasks_only(self):
        server = self.serve(config='[[caller]]\nname = "ann"\nkey = "a"\n'
                                   '[[caller]]\nname = "bob"\nkey = "b"\n'
                                   '[[caller]]\nname = "eve"\nkey = "e"\nsees = "all"\n')
        streams = {key: self.stream(server.url + "/v1/events", OF_ALL, Api_Key=key)
                   for key in ("a", "b", "e")}
        for stream in streams.values():
            stream.until(lambda name, told: name == "reset")
        made = {}
        for key in ("a", "b"):
            answer = ask(server.url + "/v1/tasks", "POST", {"prompt": f"of {key}"}, {"Api-Key": key})
            made[key] = answer.json()["id"]

        def end_of(task_id):
            return lambda name, told: (name == "task" and told["id"] == task_id
                                       and told["status"] == "succeeded")
        for key, task_id in made.items():
            seen = streams[key].until(end_of(task_id))
            self.assertEqual({told["id"] for name, told in seen if name == "task"}, {task_id})
        ids = set()

        def both(name, told):
            if name == "task" and told["status"] == "succeeded":
                ids.add(told["id"])
            return ids == set(made.values())
        streams["e"].until(both)

    def test_over_the_cap_a_stream_is_refused_and_a_closed_one_makes_room(self):
        server = self.serve("--server.max_streams=2")
        url = server.url + "/v1/events"
        first, _ = self.stream(url, OF_ALL), self.stream(url, OF_ALL)
        refused = ask(url)
        self.assertTrue(self.assert_problem(refused, 503, "too-many-streams")["retryable"])
        self.assertIn("Retry-After", refused.headers)
        first.close()
        self.until(lambda: self.is_open(url), "the closed stream's seat is free")

    def test_a_caller_leaves_streams_to_the_others(self):
        server = self.serve("--server.max_streams=8", config=(
            '[[caller]]\nname = "greedy"\nkey = "key-of-the-greedy-one"\n'
            '[[caller]]\nname = "modest"\nkey = "key-of-the-modest-one"\n'))
        url = server.url + "/v1/events"
        greedy = {"Authorization": "Bearer key-of-the-greedy-one"}
        for _ in range(2):
            self.stream(url, OF_ALL, **greedy)
        refused = ask(url, headers={**greedy, "Accept-Language": "en"})
        told = self.assert_problem(refused, 503, "too-many-streams")
        self.assertIn("a caller may have 2 (server.max_streams)", told["detail"])
        self.stream(url, OF_ALL, Authorization="Bearer key-of-the-modest-one")

    def is_open(self, url):
        stream = Stream(url, OF_ALL)
        stream.close()
        return stream.status == 200

    def test_a_reader_that_takes_nothing_is_dropped_and_others_are_not(self):
        server = self.serve()
        parts = urlsplit(server.url)
        link = socket.socket()
        link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        link.connect((parts.hostname, parts.port))
        self.addCleanup(link.close)
        link.sendall(b"GET /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        good = self.stream(server.url + "/v1/events", OF_ALL)
        told = []

        def listen():
            try:
                told.extend(good.events())
            except (AttributeError, OSError, http.client.HTTPException):
                pass  # it is closed with the test
        threading.Thread(target=listen, daemon=True).start()

        def streams():
            text = ask(server.url + "/metrics").body.decode()
            return next(float(line.split()[1]) for line in text.splitlines()
                        if line.startswith("imagined_live_streams"))
        self.assertEqual(streams(), 2)
        made = [self.create(server, kind="shorten", prompt=f"number {n}, " + "a red fox " * 500)
                for n in range(100)]
        self.until(lambda: streams() == 1, "the silent reader was dropped")
        marker = self.create(server, kind="shorten", prompt="the last")
        self.until(lambda: any(name == "task" and one["id"] == marker["id"]
                               for name, one in list(told)),
                   "the good reader is told of the last task")
        self.assertLessEqual({task["id"] for task in made},
                             {one["id"] for name, one in list(told) if name == "task"})

    def test_a_drain_ends_streams_cleanly(self):
        server = self.serve()
        one = self.stream(server.url + "/v1/events", OF_ALL)
        one.until(lambda name, told: name == "reset")
        ended = []

        def read():
            for _ in one.events():
                pass
            ended.append(True)  # not reached when the body has no proper end
        reader = threading.Thread(target=read)
        reader.start()
        self.assert_ends_well(server)
        reader.join(LIMIT)
        self.assertEqual(ended, [True], "the stream was cut")


class Outage(Live):
    def test_what_happens_while_the_subscription_is_cut_is_told(self):
        redis = self.redis()
        server = self.serve(f"--redis.url={redis.url}",
                            config=backend(self.sandbox("--delay=2s")))
        made = self.create(server, prompt="a red fox")
        stream = self.stream(made["urls"]["events"])
        stream.until(lambda name, told: name == "step" and told["what"] == "called")
        redis.command("CLIENT", "KILL", "TYPE", "pubsub")
        self.assertEqual(list(stream.events())[-1][1]["status"], "succeeded")
