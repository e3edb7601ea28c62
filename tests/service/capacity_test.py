"""Limits: slots of a key, waiting tasks, and whose turn it is."""

from .scene import Scene, backend


class Capacity(Scene):
    def test_when_every_slot_is_taken_a_submit_is_queued_with_code_22(self):
        sandbox = self.sandbox("--delay=2s")
        api = self.api(self.serve(config=backend(sandbox, concurrency=1)))
        first = api.accepted("takes the slot")
        api.wait(first, "IN_PROGRESS")
        second = api.imagine("waits")
        third = api.imagine("waits longer")
        for told in (second, third):
            self.assertEqual(told["code"], 22, told)
        self.assertEqual(second["properties"]["numberOfQueues"], 1)
        self.assertEqual(third["properties"]["numberOfQueues"], 1)
        waiting = [task["id"] for task in api.ask("/mj/task/queue").json()]
        self.assertEqual(waiting, [first, second["result"], third["result"]])
        for task_id in waiting:
            self.assertEqual(api.wait(task_id)["status"], "SUCCESS")
        self.assertEqual(sandbox.ledger()["max_in_flight"], 1)

    def test_with_a_free_slot_a_submit_is_accepted_with_code_1(self):
        sandbox = self.sandbox("--delay=1s")
        api = self.api(self.serve(config=backend(sandbox, concurrency=2)))
        api.draw("warm")
        api.wait(api.accepted("one slot"), "IN_PROGRESS")
        self.assertEqual(api.imagine("the other slot")["code"], 1)

    def test_a_full_queue_is_code_23_and_leaves_no_task(self):
        sandbox = self.sandbox("--delay=2s")
        api = self.api(self.serve(
            config="[worker]\nqueue_limit = 1\n" + backend(sandbox, concurrency=1)))
        api.wait(api.accepted("runs"), "IN_PROGRESS")
        waiting = api.accepted("waits")
        told = api.imagine("one too many")
        self.assertEqual(told["code"], 23)
        self.assertIsNone(told["result"])
        self.assertEqual(len(api.ask("/mj/task/list").json()), 2)
        self.assertEqual(api.wait(waiting)["status"], "SUCCESS")

    def test_without_a_backend_that_can_the_answer_is_code_3(self):
        sandbox = self.sandbox()
        api = self.api(self.serve(config=backend(sandbox, operations=["upscale"])))
        told = api.imagine("nobody can")
        self.assertEqual(told["code"], 3, told)
        self.assertIsNone(told["result"])

    def test_one_caller_is_limited_without_the_others(self):
        sandbox = self.sandbox("--delay=2s")
        server = self.serve(config=(
            "[[caller]]\nname = \"a\"\nkey = \"key-a\"\nmax_waiting = 1\n"
            "[[caller]]\nname = \"b\"\nkey = \"key-b\"\n" + backend(sandbox, concurrency=1)))
        a, b = self.api(server, "key-a"), self.api(server, "key-b")
        a.wait(a.accepted("runs"), "IN_PROGRESS")
        a.accepted("waits")
        self.assertEqual(a.imagine("one too many")["code"], 23)
        self.assertEqual(b.imagine("somebody else's")["code"], 22)
