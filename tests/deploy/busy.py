"""A server that has done some of everything, and what its /metrics says."""

import re
from concurrent.futures import ThreadPoolExecutor

from service.client import ask
from service.scene import Scene, backend

CALLERS = """
[server]
api_keys = ["the-operator"]
[[caller]]
name = "bot"
key = "the-bot"
[[caller]]
name = "shop"
key = "the-shop"
max_waiting = 1
max_running = 1
"""


def metrics_of(process):
    answer = ask(process.url + "/metrics", headers={"Api-Key": "the-operator"})
    assert answer.status == 200, answer
    return answer.body.decode()


def series_of(text):
    """name{labels} -> value, of every sample."""
    samples = (line.rpartition(" ") for line in text.splitlines() if line and line[0] != "#")
    return {name: float(number) for name, _, number in samples}


def labels_of(text, label):
    return set(re.findall(rf'[{{,]{label}="([^"]*)"', text))


class BusyScene(Scene):
    def busy_server(self):
        """Its callers have had tasks that succeeded, were refused, and were called back."""
        upstream, hook = self.sandbox(), self.sink([500])
        server = self.serve(config=CALLERS + f'[callback]\nallow = ["{hook.address}"]\n'
                            + backend(upstream, concurrency=2))

        def one(number):
            key = ("the-operator", "the-bot", "the-shop")[number % 3]
            api = self.api(server, key)
            told = api.imagine(f"number {number}", notifyHook=hook.url)
            if told["code"] in (1, 22):
                api.wait(told["result"])
            return told["code"]

        with ThreadPoolExecutor(9) as pool:
            codes = list(pool.map(one, range(36)))
        self.assertIn(1, codes)
        hook.wait_for(lambda seen: len(seen) > 3, "callbacks")
        self.pester(server)
        metrics_of(server)  # is counted itself, from the second time on
        return server

    def pester(self, server):
        """Paths, ids, keys and methods that nobody knows."""
        for number in range(20):
            ask(f"{server.url}/x{number}/mj/task/{number}/fetch", headers={"Api-Key": "the-bot"})
            ask(f"{server.url}/nowhere/{number}")
            ask(f"{server.url}/mj/submit/imagine", "POST", {"prompt": "x"},
                {"Api-Key": f"key-{number}"})
            ask(f"{server.url}/mj/image/{number}", f"VERB{number}")
