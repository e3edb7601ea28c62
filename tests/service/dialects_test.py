"""The same wish in each dialect's own words, before simulators that refuse everything else."""

import base64

from .client import ask
from .scene import A_PNG, Scene, backend


class Dialects(Scene):
    dialects = ("official", "camel")

    def drawn(self, dialect, prompt, config=""):
        """The task and the ledger's calls of one imagine."""
        sandbox = self.sandbox()
        server = self.serve(f"--data.dir={dialect}", config=config + backend(sandbox, dialect))
        task = self.api(server).draw(prompt)
        calls = sandbox.calls()
        for call in calls:
            self.assertEqual(call["outcome"], "HTTP 200", call)
            self.assertEqual(call["dialect"], dialect)
            self.assertNotIn("--", call["prompt"])
        return task, calls

    def test_flags_arrive_as_fields(self):
        for dialect in self.dialects:
            with self.subTest(dialect):
                task, [call] = self.drawn(dialect, "a red fox --ar 16:9 --no fog, rain")
                self.assertTrue(call["path"].endswith("/v1/ideogram-v3/generate"))
                self.assertEqual(call["num_images"], 4)
                self.assertEqual(call["prompt"], "a red fox")
                self.assertEqual(call["request"]["aspect_ratio"], "16x9")
                self.assertEqual(call["request"]["negative_prompt"], "fog, rain")
                self.assertNotIn("notes", task["properties"])

    def test_a_seed_makes_four_pictures_with_four_seeds(self):
        for dialect in self.dialects:
            with self.subTest(dialect):
                task, calls = self.drawn(dialect, "a red fox --seed 77")
                self.assertEqual(
                    sorted(int(call["request"]["seed"]) for call in calls), [77, 78, 79, 80])
                self.assertEqual({call["num_images"] for call in calls}, {1})
                self.assertEqual(task["seed"], "77")
                pictures = [ask(entry["url"]).body for entry in task["imageUrls"]]
                self.assertEqual(len(set(pictures)), 4)

    def test_the_version_selects_the_model_and_its_fields(self):
        for dialect in self.dialects:
            with self.subTest(dialect):
                _, [call] = self.drawn(dialect, "a red fox --v 5 --ar 16:9")
                self.assertTrue(call["path"].endswith("/generate"))
                self.assertNotIn("ideogram-v3", call["path"])
                self.assertEqual(call["model"], "V_2")

    def test_a_flag_without_a_counterpart_is_noted(self):
        task, _ = self.drawn("official", "a red fox --chaos 20")
        self.assertTrue(any("--chaos" in note for note in task["properties"]["notes"]), task)

    def test_a_picture_in_the_prompt_makes_it_a_remix(self):
        sandbox = self.sandbox()
        api = self.api(self.serve(config=backend(sandbox)))
        data = "data:image/png;base64," + base64.b64encode(A_PNG).decode()
        task = api.draw("in watercolour", base64Array=[data])
        [call] = sandbox.calls()
        self.assertEqual(call["operation"], "remix")
        self.assertEqual(task["action"], "IMAGINE")


class Outcomes(Scene):
    """What a backend answers decides what happens next; money is spent once."""

    def begin(self, *entries, more="", **settings):
        sandbox = self.sandbox()
        sandbox.script(*entries)
        api = self.api(self.serve(config=more + backend(sandbox, **settings)))
        return sandbox, api

    def test_a_safety_refusal_fails_the_task_and_is_not_repeated(self):
        sandbox, api = self.begin(
            {"status": 422, "body": {"error": "Prompt provided failed safety check"}})
        task = api.wait(api.accepted("refused"))
        self.assertEqual(task["properties"]["failCode"], "CONTENT_REJECTED")
        self.assertEqual(len(sandbox.calls()), 1)

    def test_an_unknowable_outcome_is_never_repeated(self):
        entries = ({"drop": "after_read"}, {"status": 500, "body": "oops"}, {"html": 504},
                   {"truncate": True})
        # Without a limit of pictures: the cut calls keep their places until their deadline.
        sandbox, api = self.begin(*entries, pictures=0)
        for made, entry in enumerate(entries, 1):
            with self.subTest(str(entry)):
                task = api.wait(api.accepted("who knows"))
                self.assertEqual(task["status"], "FAILURE")
                self.assertEqual(
                    task["properties"]["failCode"], "AMBIGUOUS_UPSTREAM_OUTCOME")
                self.assertEqual(len(sandbox.calls()), made)

    def test_retry_once_asks_once_more(self):
        sandbox, api = self.begin(
            {"status": 500, "body": "oops"}, more='[worker]\non_ambiguous = "retry_once"\n')
        self.assertEqual(api.wait(api.accepted("once more"))["status"], "SUCCESS")
        self.assertEqual(len(sandbox.calls()), 2)

    def test_a_call_that_did_not_start_goes_elsewhere(self):
        busy, free = self.sandbox(), self.sandbox()
        busy.script({"status": 429, "times": 100})
        api = self.api(self.serve(config=backend(busy, name="busy", priority=0)
                                  + backend(free, name="free", priority=1)))
        task = api.draw("elsewhere")
        self.assertEqual(task["status"], "SUCCESS")
        self.assertEqual(free.ledger()["billed_calls"], 1)
        self.assertEqual(busy.ledger()["billed_calls"], 0)

    def test_withheld_pictures_leave_the_others(self):
        sandbox, api = self.begin({"unsafe": [1]})
        task = api.wait(api.accepted("three of four"))
        self.assertEqual(task["status"], "SUCCESS")
        self.assertEqual(len(task["imageUrls"]), 3)

    def test_all_pictures_withheld_is_a_refusal(self):
        sandbox, api = self.begin({"unsafe": "all"})
        task = api.wait(api.accepted("none of four"))
        self.assertEqual(task["properties"]["failCode"], "CONTENT_REJECTED")
