"""Two clients as npm carries them, unchanged, against the built binary: @302ai/ai-sdk and uniai."""

import base64
import json

from . import node
from .client import ask
from .scene import Scene, backend, open_picture, quarters

KEY = "a-key-of-node"


class RealClient(Scene):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        node.install()

    def setUp(self):
        super().setUp()
        self.box = self.sandbox("--delay=100ms")
        self.server = self.serve(
            config=f'[server]\napi_keys = ["{KEY}"]\n' + backend(self.box))
        self.client = self.api(self.server, KEY)

    def run_script(self, script, *arguments):
        return json.loads(node.run(
            script, self.server.url, KEY, *arguments, directory=self.directory))


class Sdk302(RealClient):
    def draw(self, **wish):
        told = self.run_script("sdk_302.cjs", json.dumps(wish))
        self.assertEqual(told["warnings"], [])
        return [base64.b64decode(image) for image in told["images"]]

    def test_imagine_gives_the_four_quarters_of_the_grid(self):
        images = self.draw(model="midjourney/6.1", prompt="a glass of tea", aspectRatio="3:2",
                           seed=7, options={})
        [task] = self.client.ask("/mj/task/list").json()
        self.assertEqual(task["prompt"], "a glass of tea --ar 3:2 --seed 7 --v 6.1")
        cells = quarters(open_picture(ask(task["imageUrl"]).body))
        self.assertEqual(len(images), 4)
        for image, cell in zip(images, cells, strict=True):
            self.assertEqual(open_picture(image).size, cell.size)
        self.assertEqual(self.box.calls()[0]["request"]["aspect_ratio"], "3x2")

    def test_upscale_indexes_give_the_originals(self):
        images = self.draw(model="midjourney/7.0", prompt="a pot of tea",
                           options={"upscaleIndexes": [2, 4]})
        grid = next(task for task in self.client.ask("/mj/task/list").json()
                    if task["action"] == "IMAGINE")
        originals = [ask(grid["imageUrls"][n]["url"]).body for n in (1, 3)]
        self.assertEqual(images, originals)

    def test_niji_is_drawn_too(self):
        images = self.draw(model="nijijourney/6.0", prompt="a cup", options={"upscaleIndexes": [1]})
        self.assertEqual(open_picture(images[0]).format, "PNG")
        self.assertEqual(self.client.ask("/mj/task/list").json()[0]["botType"], "NIJI_JOURNEY")


class UniAi(RealClient):
    def test_imagine_change_and_the_list(self):
        told = self.run_script("uniai.cjs", "a row of poplars")
        grid = self.client.fetch(told["grid"]["id"])
        self.assertEqual(grid["prompt"], "a row of poplars --ar 1:1")
        self.assertEqual(told["grid"]["type"], "IMAGINE")
        self.assertEqual(told["third"]["type"], "UPSCALE")
        for shown, url in ((told["grid"], grid["imageUrl"]),
                           (told["third"], grid["imageUrls"][2]["url"])):
            saved = (self.directory / shown["imgs"][0]).read_bytes()
            self.assertEqual(saved, ask(url).body)
            self.assertIsInstance(shown["created"], int)
        self.assertEqual([entry["id"] for entry in told["listed"]],
                         [told["third"]["id"], told["grid"]["id"]])
        self.assertEqual([entry["progress"] for entry in told["listed"]], [100, 100])
