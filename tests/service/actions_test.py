"""Every button of a grid and of a picked picture, pressed before the sandbox: what was sent is
looked at, and so is what came of it."""

import base64
import io

from PIL import Image, ImageChops

from .client import ask
from .scene import Scene, backend, open_picture

PROMPT = "a red fox --ar 3:2 --seed 77"
WIDTH, HEIGHT = 1248, 832


def mask_of(size, box):
    """A client's mask: white in `box`, black elsewhere; as a data URL."""
    mask = Image.new("L", size, 0)
    mask.paste(255, box)
    data = io.BytesIO()
    mask.save(data, "PNG")
    return "data:image/png;base64," + base64.b64encode(data.getvalue()).decode()


def same(one, other):
    """Equal to the pixel."""
    if one.size != other.size:
        return False
    return ImageChops.difference(one.convert("RGB"), other.convert("RGB")).getbbox() is None


def close(one, other):
    """Equal but for the rounding of another scaler."""
    difference = ImageChops.difference(one.convert("RGB"), other.convert("RGB"))
    sums = difference.resize((1, 1), Image.BOX).getpixel((0, 0))
    return max(sums) <= 2


class Actions(Scene):
    def setUp(self):
        super().setUp()
        self.ideogram = self.sandbox()
        self.client = self.api(self.serve(config=backend(self.ideogram)))

    # -- Steps -------------------------------------------------------------------------------

    def picked(self, prompt=PROMPT, index=1):
        """A grid, and the task of one picture of it."""
        grid = self.client.draw(prompt)
        told = self.press(grid, f"upsample::{index}::")
        self.assertEqual(told["code"], 1)
        return grid, self.client.ended(told["result"])

    def press(self, task, fragment, **more):
        """Presses the button whose customId holds `fragment`, which must be there."""
        [button] = [b for b in task["buttons"] if fragment in b["customId"]]
        return self.client.submit(
            "action", {"taskId": task["id"], "customId": button["customId"], **more})

    def finished(self, told):
        self.assertIn(told["code"], (1, 22), told)
        task = self.client.wait(told["result"])
        self.assertEqual(task["status"], "SUCCESS", task)
        return task

    def asked(self, told):
        """The task that a code 21 made."""
        self.assertEqual(told["code"], 21, told)
        self.assertIn("confirm", told["description"])
        self.assertEqual(self.client.fetch(told["result"])["status"], "MODAL")
        return told["result"]

    def answer(self, task_id, **more):
        told = self.client.submit("modal", {"taskId": task_id, **more})
        self.assertEqual(told["result"], task_id)
        return told

    def picture(self, task, number=None):
        address = task["imageUrl"] + (f"/{number}" if number else "")
        return open_picture(ask(address).body)

    def last_call(self, operation):
        """The ledger's latest call, which must be of this operation, and its place."""
        calls = self.ideogram.calls()
        self.assertEqual(calls[-1]["operation"], operation, calls[-1])
        self.assertEqual(calls[-1]["outcome"], "HTTP 200", calls[-1])
        return calls[-1], len(calls) - 1

    def sent(self, place, name):
        return open_picture(self.ideogram.sent(place, name))

    def check_canvas(self, place, size, box):
        """The mask that was sent keeps exactly `box` of a canvas of `size`; returns the canvas."""
        canvas, mask = self.sent(place, "image"), self.sent(place, "mask")
        self.assertEqual(canvas.size, size)
        self.assertNotIn("A", mask.mode)
        expected = Image.new("RGB", size, (0, 0, 0))
        expected.paste((255, 255, 255), box)
        self.assertTrue(same(mask, expected))
        return canvas

    def check_new_pictures(self, task, original):
        """Four of them, of the original's size, and neither equal to it nor to one another."""
        pictures = [self.picture(task, number) for number in range(1, 5)]
        self.assertEqual(len(task["properties"]["pictures"]), 4)
        for place, picture in enumerate(pictures):
            self.assertEqual(picture.size, original.size)
            for other in [original, *pictures[:place]]:
                self.assertFalse(same(picture, other))

    # -- The grid's --------------------------------------------------------------------------

    def test_the_grids_buttons(self):
        grid = self.client.draw(PROMPT)
        for number in range(1, 5):
            with self.subTest(f"U{number}"):
                told = self.press(grid, f"upsample::{number}::")
                task = self.client.ended(told["result"])
                self.assertEqual(task["action"], "UPSCALE")
                self.assertEqual(ask(task["imageUrl"]).body,
                                 ask(grid["properties"]["pictures"][number - 1]["url"]).body)
        for number in range(1, 5):
            with self.subTest(f"V{number}"):
                task = self.finished(self.press(grid, f":variation::{number}::"))
                self.assertEqual(task["action"], "VARIATION")
                self.check_new_pictures(task, self.picture(grid, number))
                call, place = self.last_call("remix")
                self.assertEqual(call["prompt"], "a red fox")
                self.assertEqual(int(call["request"]["image_weight"]), 50)
                self.assertEqual(call["request"]["aspect_ratio"], "3x2")
                self.assertNotIn("seed", call["request"])
                self.assertEqual(self.ideogram.sent(place, "image"),
                                 ask(grid["properties"]["pictures"][number - 1]["url"]).body)
        with self.subTest("reroll"):
            task = self.finished(self.press(grid, "reroll::0"))
            self.assertEqual(task["action"], "REROLL")
            self.check_new_pictures(task, self.picture(grid, 1))
            call, _ = self.last_call("generate")
            self.assertNotIn("seed", call["request"])
        self.assertEqual([b["label"] or b["emoji"] for b in grid["buttons"]],
                         ["U1", "U2", "U3", "U4", "🔄", "V1", "V2", "V3", "V4"])

    # -- A picked picture's ------------------------------------------------------------------

    def test_a_picked_picture_has_the_clients_buttons(self):
        _, task = self.picked()
        fragments = ["upsample_v7_2x_subtle::1::", "upsample_v7_2x_creative::1::",
                     "low_variation::1::", "high_variation::1::", "MJ::Inpaint::1::",
                     "MJ::Outpaint::50::1::", "MJ::Outpaint::75::1::", "MJ::CustomZoom::",
                     "MJ::Outpaint::100::1::", "pan_left::1::", "pan_right::1::", "pan_up::1::",
                     "pan_down::1::", "MJ::BOOKMARK::", "reroll::0::"]
        self.assertEqual(len(task["buttons"]), len(fragments))
        for button, fragment in zip(task["buttons"], fragments):
            self.assertIn(fragment, button["customId"])
            self.assertEqual((button["type"], button["style"]), (2, 2))
        told = self.press(task, "BOOKMARK")
        self.assertEqual((told["code"], told["result"]), (1, task["id"]))

    def test_vary_and_enlarge(self):
        _, task = self.picked(index=2)
        original = ask(task["imageUrl"]).body
        for fragment, weight in (("low_variation", 80), ("high_variation", 25)):
            with self.subTest(fragment):
                varied = self.finished(self.press(task, fragment))
                self.assertEqual(varied["action"], "VARIATION")
                self.check_new_pictures(varied, open_picture(original))
                call, place = self.last_call("remix")
                self.assertEqual(int(call["request"]["image_weight"]), weight)
                self.assertEqual(self.ideogram.sent(place, "image"), original)
        for fragment, resemblance, detail in (("2x_subtle", 90, 50), ("2x_creative", 50, 90)):
            with self.subTest(fragment):
                large = self.finished(self.press(task, fragment))
                self.assertEqual(large["action"], "UPSCALE")
                self.assertIsNone(large["imageUrls"])
                call, place = self.last_call("upscale")
                self.assertEqual(int(call["request"]["resemblance"]), resemblance)
                self.assertEqual(int(call["request"]["detail"]), detail)
                self.assertEqual(self.ideogram.sent(place, "image_file"), original)
                picture = self.picture(large)
                self.assertEqual(picture.size, (2 * WIDTH, 2 * HEIGHT))
                small = picture.resize((WIDTH, HEIGHT), Image.NEAREST)
                self.assertTrue(same(small, open_picture(original)))
                self.assertTrue(any("pan_left" in b["customId"] for b in large["buttons"]))

    def test_reroll_of_a_picked_picture_draws_its_grid_anew(self):
        grid, task = self.picked()
        again = self.finished(self.press(task, "reroll::0"))
        self.assertEqual((again["action"], again["prompt"]), ("REROLL", grid["prompt"]))
        self.last_call("generate")
        self.check_new_pictures(again, self.picture(task))

    def test_zoom_holds_the_original_smaller_in_the_middle(self):
        _, task = self.picked()
        original = self.picture(task)
        for fragment, width, height in (("Outpaint::50", 624, 416), ("Outpaint::75", 832, 555)):
            with self.subTest(fragment):
                zoomed = self.finished(self.press(task, fragment))
                self.assertEqual(zoomed["action"], "ZOOM")
                self.assertEqual(len(zoomed["properties"]["pictures"]), 4)
                _, place = self.last_call("inpaint")
                left, top = (WIDTH - width) // 2, (HEIGHT - height) // 2
                box = (left, top, left + width, top + height)
                canvas = self.check_canvas(place, (WIDTH, HEIGHT), box)
                smaller = original.resize((width, height), Image.BOX)
                self.assertTrue(close(canvas.crop(box), smaller))
                result = self.picture(zoomed, 1)
                self.assertTrue(same(result.crop(box), canvas.crop(box)))
                self.assertFalse(same(result, canvas))

    def test_pan_shows_the_original_shifted(self):
        _, task = self.picked()
        original = self.picture(task)
        across, down = WIDTH // 2, HEIGHT // 2
        rows = {
            "pan_left": ((WIDTH + across, HEIGHT), (across, 0)),
            "pan_right": ((WIDTH + across, HEIGHT), (0, 0)),
            "pan_up": ((WIDTH, HEIGHT + down), (0, down)),
            "pan_down": ((WIDTH, HEIGHT + down), (0, 0)),
        }
        for fragment, (size, (left, top)) in rows.items():
            with self.subTest(fragment):
                panned = self.finished(self.press(task, fragment))
                self.assertEqual(panned["action"], "PAN")
                _, place = self.last_call("inpaint")
                box = (left, top, left + WIDTH, top + HEIGHT)
                canvas = self.check_canvas(place, size, box)
                self.assertTrue(same(canvas.crop(box), original))
                result = self.picture(panned, 1)
                self.assertEqual(result.size, size)
                self.assertTrue(same(result.crop(box), original))
        with self.subTest("reroll of a pan"):
            again = self.finished(self.press(panned, "reroll::0"))
            self.assertEqual(again["action"], "REROLL")
            _, second = self.last_call("inpaint")
            self.assertEqual(self.ideogram.sent(place, "image"),
                             self.ideogram.sent(second, "image"))

    def test_make_square(self):
        _, task = self.picked()
        square = self.finished(self.press(task, "Outpaint::100"))
        self.assertEqual(square["action"], "ZOOM")
        _, place = self.last_call("inpaint")
        top = (WIDTH - HEIGHT) // 2
        box = (0, top, WIDTH, top + HEIGHT)
        canvas = self.check_canvas(place, (WIDTH, WIDTH), box)
        self.assertTrue(same(canvas.crop(box), self.picture(task)))
        _, already = self.picked("a square fox")
        self.finished(self.press(already, "Outpaint::100"))
        call, _ = self.last_call("reframe")
        self.assertEqual(call["request"]["resolution"], "1024x1024")

    def test_region_leaves_the_kept_area_untouched(self):
        _, task = self.picked()
        original = self.picture(task)
        told = self.press(task, "Inpaint::1", state="mine")
        self.assertEqual(told["properties"]["finalPrompt"], PROMPT)
        waiting = self.asked(told)
        # A mask of another size and shape, as editors send them: the left half is white.
        told = self.answer(waiting, prompt="a green hat --no wool",
                           maskBase64=mask_of((550, 300), (0, 0, 275, 300)))
        painted = self.finished(told)
        self.assertEqual((painted["action"], painted["state"]), ("INPAINT", "mine"))
        self.assertEqual(painted["prompt"], "a green hat --no wool")
        call, place = self.last_call("inpaint")
        self.assertEqual(call["prompt"], "a green hat")
        kept = (WIDTH // 2, 0, WIDTH, HEIGHT)
        canvas = self.check_canvas(place, (WIDTH, HEIGHT), kept)
        self.assertTrue(same(canvas, original))
        for number in range(1, 5):
            result = self.picture(painted, number)
            self.assertTrue(same(result.crop(kept), original.crop(kept)))
            self.assertFalse(same(result, original))

    def test_custom_zoom(self):
        _, task = self.picked()
        told = self.press(task, "CustomZoom")
        self.assertEqual(told["properties"]["finalPrompt"], f"{PROMPT} --zoom 2")
        waiting = self.asked(told)
        refused = self.client.submit("modal", {"taskId": waiting, "prompt": "a fox --zoom 3"})
        self.assert_refused(refused, "--zoom")
        zoomed = self.finished(self.answer(waiting, prompt=f"{PROMPT}  --zoom 1.6"))
        self.assertEqual(zoomed["action"], "ZOOM")
        call, place = self.last_call("inpaint")
        self.assertEqual(call["prompt"], "a red fox")
        self.check_canvas(place, (WIDTH, HEIGHT), (234, 156, 1014, 676))

    def test_remix_mode_asks_for_the_prompt(self):
        grid = self.client.draw(PROMPT)
        told = self.press(grid, ":variation::3::", accountFilter={"remix": True})
        varied = self.finished(self.answer(self.asked(told), prompt="a blue wolf"))
        self.assertEqual(varied["prompt"], "a blue wolf")
        call, _ = self.last_call("remix")
        self.assertEqual(call["prompt"], "a blue wolf")

    # -- Modals ------------------------------------------------------------------------------

    def test_a_modal_is_answered_once_and_safe_to_repeat(self):
        _, task = self.picked()
        waiting = self.asked(self.press(task, "Inpaint::1"))
        body = {"taskId": waiting, "maskBase64": mask_of((8, 8), (0, 0, 4, 8))}
        key = {"Idempotency-Key": "once"}
        first = self.client.submit("modal", body, key)
        self.assertIn(first["code"], (1, 22))
        again = self.client.submit("modal", body, key)
        self.assertEqual((again["code"] in (1, 22), again["result"]), (True, waiting))
        self.assert_refused(self.client.submit("modal", body))
        self.finished(first)
        self.assertEqual(
            [c["operation"] for c in self.ideogram.calls()].count("inpaint"), 1)

    def test_a_waiting_modal_can_be_cancelled(self):
        _, task = self.picked()
        waiting = self.asked(self.press(task, "Inpaint::1"))
        told = self.client.ask(f"/mj/task/{waiting}/cancel", "POST").json()
        self.assertEqual(told["code"], 1)
        ended = self.client.fetch(waiting)
        self.assertEqual(ended["status"], "FAILURE")
        self.assertEqual(ended["properties"]["failCode"], "CANCELLED")
        self.assert_refused(self.client.submit("modal", {"taskId": waiting, "prompt": "x"}))


class OtherBackends(Scene):
    def test_only_what_the_backends_serve_has_a_button(self):
        sandbox = self.sandbox()
        api = self.api(self.serve(config=backend(sandbox, "mjdjourney")
                                  + '[imagine]\ndefault_model = "V_2"\n'))
        grid = api.draw("a red fox")
        self.assertEqual([b["label"] or b["emoji"] for b in grid["buttons"]],
                         ["U1", "U2", "U3", "U4", "🔄"])
        told = api.submit("action", {"taskId": grid["id"],
                                     "customId": grid["buttons"][0]["customId"]})
        task = api.ended(told["result"])
        self.assertEqual([b["emoji"] for b in task["buttons"]], ["❤️", "🔄"])
        refused = api.submit("action", {"taskId": task["id"],
                                        "customId": "MJ::Inpaint::1::x::SOLO"})
        self.assertEqual(refused["code"], 3)

    def test_an_old_picture_is_repainted_by_the_older_edit(self):
        sandbox = self.sandbox()
        api = self.api(self.serve(config=backend(
            sandbox, "camel", models=["V_1", "V_2"]) + '[imagine]\ndefault_model = "V_1"\n'))
        grid = api.draw("a red fox")
        told = api.submit("action", {"taskId": grid["id"],
                                     "customId": "MJ::JOB::pan_up::1::x::SOLO"})
        task = api.wait(told["result"])
        self.assertEqual(task["status"], "SUCCESS", task)
        call = sandbox.calls()[-1]
        self.assertEqual((call["path"], call["model"]), ("/ideogram/edit", "V_2"))
        self.assertTrue(any("V_2 was used" in note for note in task["properties"]["notes"]))

    def test_a_relay_that_takes_json_gets_picture_and_mask_in_base64(self):
        sandbox = self.sandbox()
        api = self.api(self.serve(config=backend(sandbox, "crazyrouter", models=["V_3"])))
        grid = api.draw("a red fox")
        told = api.submit("action", {"taskId": grid["id"],
                                     "customId": "MJ::Outpaint::50::2::x::SOLO"})
        task = api.wait(told["result"])
        self.assertEqual((task["status"], task["action"]), ("SUCCESS", "ZOOM"), task)
        self.assertEqual(len(task["properties"]["pictures"]), 4)
        place = len(sandbox.calls()) - 1
        canvas = open_picture(sandbox.sent(place, "image"))
        mask = open_picture(sandbox.sent(place, "mask"))
        self.assertEqual(canvas.size, mask.size)
        self.assertEqual(mask.convert("L").getbbox(), (256, 256, 768, 768))
