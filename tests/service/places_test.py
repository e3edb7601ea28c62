"""Places are pictures: what an organisation may have in progress, over keys and processes."""

import json

from .processes import run_imagined
from .scene import Scene, backend


class Places(Scene):
    def draw_all(self, apis, count, prompt="number"):
        ids = [apis[i % len(apis)].accepted(f"{prompt} {i}") for i in range(count)]
        for task_id in ids:
            self.assertEqual(apis[0].wait(task_id)["status"], "SUCCESS")

    def shared(self, sandbox, redis, **more):
        return (f'[redis]\nurl = "{redis.url}"\n[data]\ndir = "{self.directory}/data"\n'
                + backend(sandbox, **more))

    def refusals(self, sandbox):
        return [call for call in sandbox.calls() if call["outcome"] != "HTTP 200"]

    def test_of_ten_places_two_imagines_of_four_run_together(self):
        sandbox = self.sandbox("--delay=300ms")
        api = self.api(self.serve(config=backend(sandbox)))
        self.draw_all([api], 7)
        book = sandbox.ledger()
        self.assertEqual((book["max_in_flight"], book["max_pictures_in_flight"]), (2, 8))
        self.assertEqual(book["billed_calls"], 7)
        self.assertEqual(self.refusals(sandbox), [])

    def test_from_three_processes_as_well(self):
        redis, sandbox = self.redis(), self.sandbox("--delay=300ms")
        config = self.shared(sandbox, redis, keys=["k-1", "k-2"])
        apis = [self.api(self.serve(config=config, name=name)) for name in ("one", "two", "three")]
        self.draw_all(apis, 9)
        book = sandbox.ledger()
        self.assertEqual((book["max_in_flight"], book["max_pictures_in_flight"]), (2, 8))
        self.assertEqual(self.refusals(sandbox), [])

    def test_single_pictures_use_all_ten(self):
        sandbox = self.sandbox("--delay=500ms")
        api = self.api(self.serve(config="[imagine]\nimages = 1\n" + backend(sandbox)))
        self.draw_all([api], 20)
        self.assertEqual(sandbox.ledger()["max_pictures_in_flight"], 10)
        self.assertEqual(self.refusals(sandbox), [])

    def test_a_call_that_asks_for_more_than_the_limit_is_split(self):
        sandbox = self.sandbox()
        api = self.api(self.serve(config=backend(sandbox, pictures=2)))
        task = api.draw("a cat")
        self.assertEqual(task["status"], "SUCCESS")
        self.assertEqual([call["num_images"] for call in sandbox.calls()], [2, 2])
        self.assertEqual(sandbox.ledger()["max_pictures_in_flight"], 2)

    def test_a_limit_that_only_the_upstream_knows_is_learnt_and_shown(self):
        sandbox = self.sandbox("--delay=300ms", "--org-pictures=4")
        config = backend(sandbox, pictures=0)
        api = self.api(self.serve(config=config))
        self.draw_all([api], 4)
        self.draw_all([api], 3, "again")
        ran = run_imagined("queue", f"--config={self.directory}/imagined.toml", "--json",
                           directory=self.directory)
        slot = json.loads(ran.stdout)["backends"][0]["slots"][0]
        self.assertEqual((slot["pictureLimit"], slot["configuredPictureLimit"]), (4, None))
        self.assertFalse(slot["disabled"])
        self.assertIsNone(slot["coolingUntil"])
        later = [call for call in sandbox.calls() if call["prompt"].startswith("again")]
        self.assertEqual([call["outcome"] for call in later], ["HTTP 200"] * 3)

    def test_who_fills_the_organisation_is_waited_for(self):
        sandbox = self.sandbox()
        sandbox.script({"status": 429, "times": 2, "body": json.dumps(
            {"error": "busy", "reject_reason": "inflight_limit", "max_inflight_requests": 10})})
        api = self.api(self.serve(config=backend(sandbox)))
        api.draw("a cat")
        self.assertEqual([call["outcome"] for call in sandbox.calls()],
                         ["HTTP 429", "HTTP 429", "HTTP 200"])
        started = [call["at"] for call in sandbox.calls()]
        self.assertGreaterEqual(started[1] - started[0], 900)
        self.assertGreaterEqual(started[2] - started[1], 1900)
