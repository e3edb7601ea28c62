"""Addresses of pictures: who may follow which, over several processes and over moves."""

import base64

from .client import ask
from .scene import A_PNG, Scene, backend

OPERATOR = "a-key-of-the-operator"
ALICE, BOB = "a-key-of-alice-alone", "a-key-of-bob-and-no-other"
KEYS = f"""
[server]
api_keys = ["{OPERATOR}"]
image_links = "IMAGE_LINKS"
[[caller]]
name = "alice"
key = "{ALICE}"
[[caller]]
name = "bob"
key = "{BOB}"
"""
SIGNED = KEYS.replace("IMAGE_LINKS", "signed")


def bare(url):
    """The address without its token."""
    base, _, name = url.partition("/mj/image/")
    task, _, rest = name.partition("-")
    return f"{base}/mj/image/{task}" + ("/" + rest.partition("/")[2] if "/" in rest else "")


class Signed(Scene):
    def test_what_is_handed_out_needs_no_key_and_nothing_can_be_walked(self):
        server = self.serve(config=SIGNED)
        alice, bob = self.api(server, ALICE), self.api(server, BOB)
        task = alice.draw("a secret garden")
        self.assertRegex(task["imageUrl"],
                         rf"^{server.url}/mj/image/{task['id']}-[A-Za-z0-9_-]{{22}}$")
        handed = [task["imageUrl"]] + [url for entry in task["imageUrls"]
                                       for url in (entry["url"], entry["thumbnail"])]
        for url in handed:
            with self.subTest(url):
                self.assertIn(task["imageUrl"], url)
                answer = ask(url)
                self.assertEqual(answer.status, 200)
                self.assertIn("immutable", answer.headers["Cache-Control"])
                self.assertEqual(ask(url, "HEAD").status, 200)
                walked = bare(url)
                self.assertEqual(ask(walked).status, 404)
                self.assertEqual(ask(walked, headers=bob.headers).status, 404)
                for key in (ALICE, OPERATOR):
                    seen = ask(walked, headers={"Authorization": f"Bearer {key}"})
                    self.assertEqual(seen.status, 200)
                    self.assertEqual(seen.headers["Cache-Control"], "private, no-store")
        wrong = task["imageUrl"][:-1] + ("A" if task["imageUrl"][-1] != "A" else "B")
        self.assertEqual(ask(wrong).status, 404)
        self.assertEqual(ask(wrong, headers=alice.headers).status, 404)

    def test_the_same_address_everywhere_and_of_whoever_answers(self):
        redis = self.redis()
        config = (SIGNED + f'[redis]\nurl = "{redis.url}"\n'
                  f'[data]\ndir = "{self.directory}/data"\n' + backend(self.sandbox()))
        one, two = (self.serve(config=config, name=name) for name in ("one", "two"))
        task = self.api(one, ALICE).draw("by one")
        seen = self.api(two, ALICE).fetch(task["id"])
        self.assertEqual(seen["imageUrl"], task["imageUrl"].replace(one.url, two.url))
        live = self.api(two, ALICE).ask(f"/v1/tasks/{task['id']}").json()
        self.assertEqual(live["task"]["imageUrl"], seen["imageUrl"])
        self.assertEqual(ask(seen["imageUrl"]).body, ask(task["imageUrl"]).body)
        # Another life, another address: the token stays.
        one.stop()
        two.stop()
        again = self.serve_as("https://moved.example/base", config=config)
        listed = self.api(again, ALICE).ask("/mj/task/list").json()
        token = task["imageUrl"].partition("/mj/image/")[2]
        self.assertEqual(listed[0]["imageUrl"], f"https://moved.example/base/mj/image/{token}")

    def test_a_callback_names_the_address_of_whoever_accepted(self):
        redis, sink = self.redis(), self.sink()
        config = (SIGNED + f'[redis]\nurl = "{redis.url}"\n[callback]\nallow = ["{sink.address}"]\n'
                  f'[data]\ndir = "{self.directory}/data"\n' + backend(self.sandbox()))
        front = self.serve("--role=api", config=config, name="front")
        self.serve("--role=worker", config=config, name="worker")
        task_id = self.api(front, ALICE).accepted("told", notifyHook=sink.url)
        end = sink.wait_for_end(task_id)[-1]["task"]
        self.assertTrue(end["imageUrl"].startswith(f"{front.url}/mj/image/{task_id}-"), end)
        self.assertEqual(ask(end["imageUrl"]).status, 200)
        self.assertEqual(end["imageUrl"], self.api(front, ALICE).fetch(task_id)["imageUrl"])

    def test_what_was_open_stays_open_and_what_comes_is_signed(self):
        before = self.serve(config=KEYS.replace("IMAGE_LINKS", "open"))
        old = self.api(before, ALICE).draw("of before")
        self.assertEqual(old["imageUrl"], f"{before.url}/mj/image/{old['id']}")
        self.assert_ends_well(before)
        server = self.serve(config=SIGNED)
        alice = self.api(server, ALICE)
        self.assertEqual(ask(f"{server.url}/mj/image/{old['id']}").status, 200)
        self.assertEqual(ask(f"{server.url}/mj/image/{old['id']}/2").status, 200)
        self.assertEqual(ask(alice.fetch(old["id"])["imageUrl"]).status, 200)
        new = alice.draw("of today")
        self.assertEqual(ask(bare(new["imageUrl"])).status, 404)
        self.assert_ends_well(server)
        # Open once more: what was handed out signed goes on to work.
        after = self.serve(config=KEYS.replace("IMAGE_LINKS", "open"))
        signed = new["imageUrl"].replace(server.url, after.url)
        self.assertEqual(ask(signed).status, 200)
        self.assertEqual(ask(bare(signed)).status, 200)

    def test_a_forgotten_tasks_pictures_have_only_their_signed_address(self):
        server = self.serve(config=SIGNED + '[data]\ntask_ttl = "1m"\n')
        alice = self.api(server, ALICE)
        data = "data:image/png;base64," + base64.b64encode(A_PNG).decode()
        told = alice.ask("/mj/submit/upload-discord-images", "POST", {"base64Array": [data]})
        [upload] = told.json()["result"]
        # No task has an upload's id.
        self.assertEqual(ask(upload).body, A_PNG)
        for key in (ALICE, OPERATOR):
            self.assertEqual(ask(bare(upload), headers={"mj-api-secret": key}).status, 404)

    def test_requests_take_our_addresses_with_their_token_from_anybody(self):
        server = self.serve(config=SIGNED)
        alice, bob = self.api(server, ALICE), self.api(server, BOB)
        task = alice.draw("to be described")
        self.assertIn(bob.submit("describe", {"link": task["imageUrl"] + "/1"})["code"], (1, 22))
        self.assertIn(alice.submit("describe", {"link": bare(task["imageUrl"])})["code"], (1, 22))
        self.assert_refused(bob.submit("describe", {"link": bare(task["imageUrl"])}))
        self.assertIn(bob.imagine(task["imageUrl"] + " more of this")["code"], (1, 22))
        self.assert_refused(bob.imagine(bare(task["imageUrl"]) + " more of this"))
        self.assertEqual(alice.submit("show", {"jobId": task["imageUrl"]})["code"], 1)
        self.assertEqual(alice.submit("show", {"jobId": bare(task["imageUrl"])})["code"], 1)
        self.assert_refused(bob.submit("show", {"jobId": task["imageUrl"]}))

    def test_ideograms_own_answers_carry_the_token(self):
        server = self.serve(config=SIGNED)
        answer = ask(server.url + "/v1/ideogram-v3/generate", "POST", {"prompt": "native"},
                     {"Api-Key": ALICE})
        self.assertEqual(answer.status, 200, answer)
        for entry in answer.json()["data"]:
            self.assertRegex(entry["url"], r"/mj/image/\d{16}-[A-Za-z0-9_-]{22}/\d+$")
            self.assertEqual(ask(entry["url"]).status, 200)
            self.assertEqual(ask(bare(entry["url"])).status, 404)


class Unsigned(Scene):
    def test_without_keys_an_address_is_the_bare_id(self):
        server = self.serve()
        task = self.api(server).draw("for all")
        self.assertEqual(task["imageUrl"], f"{server.url}/mj/image/{task['id']}")
        self.assertEqual(ask(task["imageUrl"]).status, 200)

    def test_open_links_need_no_key(self):
        server = self.serve(config=KEYS.replace("IMAGE_LINKS", "open"))
        task = self.api(server, ALICE).draw("for all")
        self.assertEqual(task["imageUrl"], f"{server.url}/mj/image/{task['id']}")
        self.assertEqual(ask(task["imageUrl"] + "/1").status, 200)
