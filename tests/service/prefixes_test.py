"""Every way to spell a route, and every way to spell an id (contract 3)."""

from concurrent.futures import ThreadPoolExecutor

from .client import ask
from .scene import Scene, backend

PREFIXES = ("", "/v1", "/mj", "/fast", "/relax", "/turbo", "/mj-fast", "/mj-relax", "/mj-turbo",
            "/anything")


class Prefixes(Scene):
    def test_every_route_is_served_behind_every_prefix(self):
        server = self.serve()
        document = ask(server.url + "/openapi.json").json()
        routes = [(method.upper(), path.replace("{id}", "1234567890123456").replace("{n}", "1"))
                  for path, item in document["paths"].items() if path.startswith("/mj/")
                  for method in item if method in ("get", "post")]
        self.assertGreater(len(routes), 20)
        for method, path in routes:
            plain = self.answered(server.url + path, method)
            for prefix in PREFIXES[1:]:
                with self.subTest(f"{method} {prefix}{path}"):
                    self.assertEqual(self.answered(server.url + prefix + path, method), plain)

    def answered(self, url, method):
        """The answer but for the moment when it was given."""
        answer = ask(url, method, {} if method == "POST" else None)
        told = answer.json()
        if isinstance(told, dict):
            told.pop("timestamp", None)
        return answer.status, told

    def test_a_trailing_or_doubled_slash_changes_nothing(self):
        server = self.serve()
        for path in ("/mj/task/list/", "//mj/task/list", "/mj//task/list", "/mj/mj/mj/task/list"):
            with self.subTest(path):
                self.assertEqual(ask(server.url + path).json(), [])

    def test_the_mode_of_the_path_wins_over_body_filter_and_prompt(self):
        server = self.serve()
        plain = self.api(server)
        filtered = {"accountFilter": {"modes": ["RELAX"]}}
        for prefix, prompt, more, mode in (
                ("/mj-turbo", "a --fast", {"mode": "RELAX", **filtered}, "TURBO"),
                ("", "a --fast", {"mode": "Turbo", **filtered}, "TURBO"),
                ("", "a --fast", {"model": "mj-turbo", **filtered}, "TURBO"),
                ("", "a --fast", filtered, "RELAX"), ("", "a --fast", {}, "FAST"), ("", "a", {}, None),
                ("/nothing", "a", {"mode": "nothing"}, None)):
            with self.subTest(f"{prefix} {prompt} {more}"):
                task_id = self.api(server, prefix=prefix).accepted(prompt, **more)
                self.assertEqual(plain.fetch(task_id)["mode"], mode)


class Ids(Scene):
    def test_behind_v1_results_are_integers_and_only_results(self):
        server = self.serve()
        api = self.api(server, prefix="/v1")
        grid = api.imagine("a grid")["result"]
        self.assertIsInstance(grid, int)
        task = api.wait(grid)
        self.assertEqual(task["id"], str(grid))
        button = {"taskId": grid, "customId": task["buttons"][0]["customId"]}
        for what, body in (("action", button), ("simple-change", {"content": f"{grid} R"}),
                           ("change", {"taskId": grid, "action": "VARIATION", "index": 1})):
            with self.subTest(what):
                told = api.submit(what, body)
                self.assertIsInstance(told["result"], int, told)
                made = api.wait(told["result"])
                self.assertEqual(made["parentId"], str(grid))
        self.assertRegex(api.ask(f"/mj/task/{grid}/image-seed").json()["result"], r"^\d+$")

    def test_an_id_is_taken_as_number_and_as_text(self):
        api = self.api(self.serve())
        task = api.draw("either way")
        for given in (task["id"], int(task["id"])):
            with self.subTest(str(type(given))):
                u2 = {"taskId": given, "customId": task["buttons"][1]["customId"]}
                self.assertEqual(api.submit("action", u2)["code"], 1)
                for index in (2, "2"):
                    change = {"taskId": given, "action": "UPSCALE", "index": index}
                    self.assertEqual(api.submit("change", change)["code"], 1)
                for route in ("list-by-condition", "list-by-ids"):
                    found = api.ask(f"/mj/task/{route}", "POST", {"ids": [given]}).json()
                    self.assertEqual([one["id"] for one in found], [task["id"]])
                page = api.ask("/mj/task/query", "POST", {"id": given}).json()
                self.assertEqual([one["id"] for one in page["list"]], [task["id"]])

    def test_ids_are_sixteen_digits_unique_and_increase(self):
        sandbox = self.sandbox("--delay=1s")
        api = self.api(self.serve(config=backend(sandbox)))
        with ThreadPoolExecutor(16) as pool:
            made = list(pool.map(lambda n: api.accepted(f"number {n}"), range(100)))
        self.assertEqual(len(set(made)), 100)
        for task_id in made:
            self.assertRegex(task_id, r"^\d{16}$")
        later = api.accepted("later")
        self.assertGreater(later, max(made))
        listed = [task["id"] for task in api.ask("/mj/task/list").json()]
        self.assertEqual(listed, sorted(listed, reverse=True))
        # The first 13 digits are the time, to within the few that a burst borrows.
        submitted = api.fetch(later)["submitTime"]
        self.assertLess(abs(int(later[:13]) - submitted), 5000)
