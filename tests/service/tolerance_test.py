"""Odd answers of upstreams: tolerant where money was spent, strict where it was not."""

import time

from .client import ask
from .native_test import NativeScene
from .scene import Scene, backend, open_picture

CREATED = ("epoch", "millis", "float", "text", "space", "offset", "micros", "z", "z_millis",
           "null", "missing")


class Answers(NativeScene):
    def test_every_spelling_of_created_delivers_and_is_mended(self):
        api = self.begin(config="[imagine]\nimages = 1\n")
        now = time.strftime("%Y-%m-%d", time.gmtime())
        for spelling in CREATED:
            with self.subTest(spelling):
                self.simulated.script({"created": spelling})
                task = self.fetched(api, self.accepted(api, "generate", {"prompt": spelling}))
                self.assertEqual(task["status"], "SUCCESS", task)
                created = task["properties"]["ideogram"]["created"]
                self.assertIsInstance(created, str)
                if spelling != "text":  # a relay's own words are passed on
                    self.assertIn(created[:10], (now, time.strftime("%Y-%m-%d", time.gmtime())))

    def test_an_answer_under_a_wrong_content_type_is_read(self):
        api = self.begin(config="[imagine]\nimages = 1\n")
        for told in ("text/html", "text/plain; charset=gbk", "image/png", "nonsense"):
            with self.subTest(told):
                self.simulated.script({"headers": {"Content-Type": told}})
                self.assertEqual(api.draw(f"as {told}")["status"], "SUCCESS")
        self.assertEqual(self.simulated.ledger()["billed_calls"], 4)

    def simulated_answer(self, body):
        """What the simulator says to a call of ours."""
        answer = ask(self.simulated.url + "/v1/ideogram-v3/generate", "POST", body,
                     {"Api-Key": "k-1"})
        self.assertEqual(answer.status, 200, answer)
        return answer.json()

    def test_an_answer_with_fewer_pictures_than_asked_delivers_those(self):
        api = self.begin()
        one = self.simulated_answer({"prompt": "recorded"})
        self.simulated.script({"status": 200, "body": one})
        task = api.wait(api.accepted("one of four"))
        self.assertEqual(task["status"], "SUCCESS", task)
        self.assertIsNone(task["imageUrls"])
        self.assertEqual(open_picture(ask(task["imageUrl"]).body).size, (1024, 1024))

    def test_a_200_without_any_picture_is_no_picture(self):
        api = self.begin()
        self.simulated.script({"status": 200, "body": {"created": 1, "data": []}})
        task = api.wait(api.accepted("nothing"))
        self.assertEqual((task["status"], task["properties"]["failCode"]),
                         ("FAILURE", "NO_PICTURE"), task)

    def test_links_without_is_image_safe_deliver(self):
        api = self.begin()
        raw = self.simulated_answer({"prompt": "recorded", "num_images": 4})
        for entry in raw["data"]:
            del entry["is_image_safe"]
        raw["data"][1]["url"] = None
        raw["data"][2]["url"] = ""
        del raw["data"][3]["url"]
        self.simulated.script({"status": 200, "body": raw})
        task = api.wait(api.accepted("one of four is there"))
        self.assertEqual(task["status"], "SUCCESS", task)
        self.assertEqual(task["properties"]["unsafe"], 3)

    def test_null_absent_and_empty_urls_leave_the_others(self):
        api = self.begin()
        for how in ("null", "absent", "empty"):
            with self.subTest(how):
                self.simulated.script({"unsafe": [0, 2], "unsafe_url": how})
                task = api.wait(api.accepted(how))
                self.assertEqual(task["status"], "SUCCESS", task)
                self.assertEqual(len(task["imageUrls"]), 2)
                self.assertEqual(task["properties"]["unsafe"], 2)

    def test_what_cannot_be_read_is_never_paid_twice(self):
        api = self.begin(pictures=0) # else the cut ones keep their places until their deadline
        entries = {
            "truncated JSON": {"truncate": True},
            "JSON that ends early under its own length": {"status": 200, "body": '{"data":[{"u',
                                                          "billed": True},
            "an HTML page as success": {"html": 502, "status": 200},
            "an HTML page": {"html": 502},
            "another HTML page": {"html": 524},
            "no answer": {"drop": "after_read"},
        }
        for made, (name, entry) in enumerate(entries.items(), 1):
            with self.subTest(name):
                self.simulated.script(entry)
                task = api.wait(api.accepted(name))
                self.assertEqual((task["status"], task["properties"]["failCode"]),
                                 ("FAILURE", "AMBIGUOUS_UPSTREAM_OUTCOME"), task)
                self.assertEqual(len(self.simulated.calls()), made)

    def test_a_500_that_hides_a_4xx_is_a_refusal(self):
        api = self.begin()
        hidden = {
            "CONTENT_REJECTED": {"code": "1", "message": "failed safety check", "data": None},
            "BACKEND_REFUSED": {"error": {"message": "Insufficient balance", "type": "x"}},
        }
        for code, body in hidden.items():
            with self.subTest(code):
                self.simulated.script({"status": 500, "body": body})
                task = api.wait(api.accepted(code))
                self.assertEqual((task["status"], task["properties"]["failCode"]),
                                 ("FAILURE", code), task)
        self.assertEqual(self.simulated.ledger()["billed_calls"], 0)

    def test_an_answer_that_drips_is_read_to_its_end(self):
        api = self.begin(config="[imagine]\nimages = 1\n")
        self.simulated.script({"drip": 500})
        self.assertEqual(api.draw("slowly")["status"], "SUCCESS")

    def test_an_answer_that_drips_beyond_the_deadline_is_not_repeated(self):
        api = self.begin(config="[imagine]\nimages = 1\n", timeout="2s")
        self.simulated.script({"drip": 10})
        task = api.wait(api.accepted("too slowly"))
        self.assertEqual(task["properties"]["failCode"], "AMBIGUOUS_UPSTREAM_OUTCOME", task)
        self.assertEqual(len(self.simulated.calls()), 1)


class Downloads(Scene):
    """A paid picture is asked for until it is here, while its link lives."""

    def begin(self, *entries):
        self.simulated = self.sandbox()
        self.simulated.script(*entries)
        server = self.serve(config="[imagine]\nimages = 1\n" + backend(self.simulated))
        return self.api(server)

    def drawn(self, *entries):
        api = self.begin(*entries)
        task = api.draw("a fox")
        self.assertEqual(len(self.simulated.calls()), 1)
        self.assertEqual(ask(self.simulated.url + "/__script").json()["left"], 0)
        return task, ask(task["imageUrl"])

    def test_jpeg_and_webp_are_kept_as_they_are(self):
        api = self.begin({"pictures": "jpeg"}, {"pictures": "webp"})
        for format_ in ("jpeg", "webp"):
            with self.subTest(format_):
                shown = ask(api.draw(format_)["imageUrl"])
                self.assertEqual(shown.headers["Content-Type"], f"image/{format_}")
                picture = open_picture(shown.body)
                self.assertEqual(picture.format, format_.upper())
                self.assertEqual(picture.size, (1024, 1024))

    def test_a_suffix_and_a_content_type_that_lie_are_not_believed(self):
        _, shown = self.drawn(
            {"pictures": "webp", "suffix": ".png"},
            {"operation": "picture", "headers": {"Content-Type": "text/html"}})
        self.assertEqual(shown.headers["Content-Type"], "image/webp")
        self.assertEqual(open_picture(shown.body).format, "WEBP")

    def test_a_grid_of_four_jpegs(self):
        self.simulated = self.sandbox()
        self.simulated.script({"pictures": "jpeg"})
        task = self.api(self.serve(config=backend(self.simulated))).draw("four")
        self.assertEqual(len(task["imageUrls"]), 4)
        self.assertEqual(open_picture(ask(task["imageUrl"]).body).size, (2048, 2048))

    def test_a_picture_that_is_cut_or_not_there_yet_is_asked_for_again(self):
        self.drawn({"operation": "picture", "truncate": True},
                   {"operation": "picture", "status": 503},
                   {"operation": "picture", "drop": "after_read"})

    def test_a_page_in_a_pictures_place_is_asked_past(self):
        self.drawn({"operation": "picture", "html": 502, "status": 200})

    def test_a_picture_that_drips_within_its_time_is_kept(self):
        self.drawn({"operation": "picture", "drip": 20000})

    def test_a_dead_link_fails_the_task_and_says_why(self):
        api = self.begin({"link_life": 0})
        task = api.wait(api.accepted("too late"))
        self.assertEqual((task["status"], task["properties"]["failCode"]),
                         ("FAILURE", "NO_PICTURE"), task)
        self.assertEqual(len(self.simulated.calls()), 1)


class Switches(Scene):
    def test_a_lenient_simulator_takes_what_a_strict_one_refuses(self):
        simulated = self.sandbox()
        body = {"prompt": "x", "aspect_ratio": "1x1", "resolution": "1024x1024"}

        def status():
            return ask(simulated.url + "/v1/ideogram-v3/generate", "POST", body,
                       {"Api-Key": "k-1"}).status

        self.assertEqual(status(), 400)
        told = ask(simulated.url + "/__switches", "POST", {"waived": ["aspect_with_resolution"]})
        self.assertEqual(told.status, 200, told)
        self.assertEqual(status(), 200)

    def test_an_upstream_that_answers_403_is_left_for_another(self):
        first, second = self.sandbox(), self.sandbox()
        first.script({"status": 403, "times": 100})
        api = self.api(self.serve(config=(
            "[imagine]\nimages = 1\n" + backend(first, name="first", priority=0)
            + backend(second, name="second", priority=1))))
        self.assertEqual(api.draw("elsewhere")["status"], "SUCCESS")
        self.assertEqual(second.ledger()["billed_calls"], 1)
