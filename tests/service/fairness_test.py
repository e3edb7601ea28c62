"""What one caller does, and what the others notice of it."""

import socket
import threading

from .client import Sink, ask
from .scene import Scene, spelled

GREEDY, MODEST = "key-of-the-greedy-one", "key-of-the-modest-one"
PLACES = 256  # for deliveries, of a process
TARPITS = 400  # of which each would hold a place


class Tarpits:
    """Receivers at `count` addresses that take connections, and say nothing."""

    def __init__(self, count):
        self.held = []
        self._changed = threading.Condition()
        self._listening = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
        self.addresses = ["127.0.0.1:%d" % one.getsockname()[1] for one in self._listening]
        for one in self._listening:
            threading.Thread(target=self._accept, args=(one,), daemon=True).start()

    def _accept(self, listening):
        while True:
            try:
                link, _ = listening.accept()
            except OSError:
                return  # closed
            with self._changed:
                self.held.append(link)
                self._changed.notify_all()

    def wait_for(self, count, limit=60):
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.held) >= count, limit), len(self.held)

    def close(self):
        for one in self._listening + self.held:
            one.close()


def caller(name, key, **more):
    settings = {"name": name, "key": key, **more}
    return "[[caller]]\n" + "".join(
        f"{word} = {spelled(what)}\n" for word, what in settings.items())


class Callbacks(Scene):
    def test_tarpits_of_one_caller_leave_places_to_another(self):
        tarpits, sink = Tarpits(TARPITS), Sink()
        self.addCleanup(tarpits.close)
        self.addCleanup(sink.close)
        server = self.serve(config=(
            '[callback]\nallow = ["127.0.0.1"]\nschedule = ["0s", "1s", "1s", "1s"]\n'
            + caller("greedy", GREEDY) + caller("modest", MODEST)))
        greedy, modest = self.api(server, GREEDY), self.api(server, MODEST)
        for address in tarpits.addresses:
            told = greedy.submit("shorten", {
                "prompt": "a slow one", "notifyHook": f"http://{address}/hook"})
            self.assertEqual(told["code"], 1, told)
        tarpits.wait_for(PLACES // 4)
        quick = {"prompt": "a quick one", "notifyHook": sink.url}
        made = [modest.submit("shorten", quick)["result"] for _ in range(5)]
        for task_id in made:
            sink.wait_for_end(task_id)
        # So many of the other's have been begun by then: no more than its share, and not all places
        # once, after which somebody would have to be given up first.
        self.assertLess(len(tarpits.held), PLACES)

    def test_a_receiver_that_one_caller_clogs_serves_another(self):
        sink = self.sink()
        server = self.serve(config=(
            f"[callback]\nallow = {spelled([sink.address])}\n"
            + caller("greedy", GREEDY) + caller("modest", MODEST)))
        greedy, modest = self.api(server, GREEDY), self.api(server, MODEST)
        sink.hold()
        for _ in range(60):
            greedy.submit("shorten", {"prompt": "held", "notifyHook": sink.url, "state": "greedy"})
        sink.wait_for(lambda events: len(events) == 16, "as many as a caller has places there")
        modest.submit("shorten", {"prompt": "in time", "notifyHook": sink.url, "state": "modest"})
        sink.wait_for(lambda events: any(e["task"]["state"] == "modest" for e in events),
                      "another caller's at the same receiver")
        sink.let_go()

    def test_free_work_stops_where_its_callbacks_are_not_taken(self):
        sink = self.sink()
        sink.hold()
        server = self.serve(config=(
            f"[callback]\nallow = {spelled([sink.address])}\n"
            + caller("greedy", GREEDY, max_waiting=30) + caller("modest", MODEST)))
        greedy = self.api(server, GREEDY)
        free = {"prompt": "a free one", "notifyHook": sink.url}
        codes = [greedy.submit("shorten", free)["code"] for _ in range(40)]
        self.assertEqual(codes, [1] * 30 + [23] * 10)
        self.assertEqual(self.api(server, MODEST).submit("shorten", free)["code"], 1)
        # What is paid for, and what owes nobody anything, go on.
        self.assertIn(greedy.imagine("a fox")["code"], (1, 22))
        self.assertEqual(greedy.submit("shorten", {"prompt": "no hook"})["code"], 1)
        sink.let_go()
        self.until(lambda: greedy.submit("shorten", free)["code"] == 1,
                   "free work goes on when the callbacks were taken")


class Rate(Scene):
    def test_submits_beyond_the_rate_are_refused_by_every_process(self):
        redis = self.redis()
        config = (f'[redis]\nurl = "{redis.url}"\n'
                  + caller("greedy", GREEDY, rate="6/h") + caller("modest", MODEST))
        servers = [self.serve(config=config, name=name) for name in ("one", "two")]
        apis = [self.api(server, GREEDY) for server in servers]
        codes = [apis[i % 2].submit("shorten", {"prompt": "a fox"})["code"] for i in range(6)]
        self.assertEqual(codes, [1] * 6)
        for api in apis:
            answer = api.ask("/mj/submit/imagine", "POST", {"prompt": "a fox"},
                             {"Accept-Language": "en"})
            told = answer.json()
            self.assertEqual(told["code"], 23, told)
            self.assertIsNone(told["result"])
            self.assertIn("6/h", told["description"])
            self.assertEqual(told["properties"]["rate"], "6/h")
            self.assertTrue(0 < int(answer.headers["Retry-After"]) <= 600, answer.headers)
        held = ask(servers[0].url + "/v1/ideogram-v3/generate", "POST", {"prompt": "a fox"},
                   {"Api-Key": GREEDY})
        self.assertEqual(held.status, 429, held)
        self.assertIn("Retry-After", held.headers)
        live = ask(servers[0].url + "/v1/tasks", "POST", {"prompt": "a fox"},
                   {"Authorization": f"Bearer {GREEDY}"})
        self.assertEqual(live.json()["type"], "urn:imagined:problem:rate-limited")
        told = self.api(servers[0], MODEST).submit("shorten", {"prompt": "a fox"})
        self.assertEqual(told["code"], 1)
