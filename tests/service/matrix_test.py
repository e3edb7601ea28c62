"""Dialect by operation by model, from outside: every cell that an upstream does not have is refused
at submit, by name, without a task and without a call."""

from .native_test import OPERATIONS, SYNCHRONOUS, as_form, data_url, half_black
from .scene import A_PNG, Scene, backend

OLDER = ("V_1", "V_1_TURBO", "V_2", "V_2_TURBO", "V_2A", "V_2A_TURBO")
TWOS = ("V_2", "V_2_TURBO")
THREE = ("V_3",)
EVERY = OLDER + THREE

# What each upstream's documents have. Upscale, describe, remove-background and instruct-edit know
# no model; whichever is named makes no difference.
DOCUMENTED = {
    "official": {
        "generate": EVERY, "remix": EVERY,
        "edit": TWOS + THREE, "inpaint": TWOS + THREE, "reframe": TWOS + THREE,
        "replace-background": THREE, "generate-transparent": THREE,
        "upscale": EVERY, "describe": EVERY, "remove-background": EVERY, "instruct-edit": EVERY,
    },
    "camel": {
        "generate": EVERY, "remix": EVERY, "edit": TWOS + THREE, "inpaint": TWOS + THREE,
        "reframe": THREE, "replace-background": THREE, "upscale": EVERY, "describe": EVERY,
    },
    "mjdjourney": {"generate": ("V_1", "V_1_TURBO") + TWOS},
    "quickrouter": {
        "generate": ("V_1", "V_1_TURBO") + TWOS + THREE, "remix": THREE, "edit": THREE,
        "inpaint": THREE, "reframe": THREE, "replace-background": THREE,
    },
    "relay": {
        "generate": ("V_1", "V_1_TURBO") + TWOS + THREE,
        "remix": ("V_1", "V_1_TURBO") + TWOS + THREE, "edit": THREE, "inpaint": THREE,
        "reframe": THREE, "replace-background": THREE, "upscale": EVERY, "describe": EVERY,
    },
    "crazyrouter": {
        "generate": TWOS + THREE, "remix": TWOS, "edit": THREE, "inpaint": THREE,
        "upscale": EVERY, "describe": EVERY,
    },
}


def request(operation, model):
    """All that the operation needs of that model's family, and no more."""
    older = model != "V_3" and operation not in ("remove-background", "instruct-edit")
    picture = "image_file" if older or operation in ("upscale", "describe") else "image"
    body = {"model": model}
    if operation not in ("upscale", "describe", "reframe", "remove-background"):
        body["prompt"] = "a fox"
    if operation == "instruct-edit":
        body["images"] = [data_url(A_PNG)]
    elif operation not in ("generate", "generate-transparent"):
        body[picture] = data_url(A_PNG)
    if operation in ("edit", "inpaint"):
        body["mask"] = data_url(half_black())
    if operation == "reframe":
        body["resolution"] = "RESOLUTION_1280_800" if older else "1280x800"
    return body


class MissingCells(Scene):
    def refuse_all(self, dialect):
        simulated = self.sandbox()
        api = self.api(self.serve(config=backend(simulated, dialect)))
        has, ideogram = DOCUMENTED[dialect], DOCUMENTED["official"]
        english = {"Accept-Language": "en"}
        missing = [(operation, model) for operation in ideogram for model in EVERY
                   if model not in has.get(operation, ())]
        for operation, model in missing:
            with self.subTest(dialect=dialect, operation=operation, model=model):
                body = request(operation, model)
                told = api.ask(f"/ideogram/submit/{operation}", "POST", body, english).json()
                text = told["description"]
                self.assertIsNone(told["result"])
                self.assertIn(operation, text)
                if model not in ideogram[operation]:  # nobody in the world has it
                    self.assertEqual(told["code"], 4, told)
                    self.assertTrue(text.startswith(f'model: "{model}" is not allowed'), text)
                    self.assertTrue(text.endswith(
                        "expected one of " + ", ".join(ideogram[operation])), text)
                    continue
                self.assertEqual(told["code"], 3, told)
                if operation in has:
                    self.assertIn(f"model {model}", text)
                    self.assertTrue(text.endswith(
                        "expected one of " + ", ".join(has[operation])), text)
                zh = api.ask(f"/ideogram/submit/{operation}", "POST", body).json()["description"]
                self.assertIn(operation, zh)
                self.assertNotIn("backend", zh)
        self.assertEqual(api.ask("/mj/task/list").json(), [])
        self.assertEqual(simulated.calls(), [])
        return api, missing

    def refuse_synchronously(self, api, dialect):
        """Ideogram's own V3 paths: 503, since another backend could."""
        for operation, path in SYNCHRONOUS.items():
            if "V_3" in DOCUMENTED[dialect].get(operation, ()):
                continue
            with self.subTest(dialect=dialect, path=path):
                answer = api.ask(path, "POST", *as_form(*OPERATIONS[operation]))
                self.assertEqual(answer.status, 503, answer)
                self.assertIn(operation, answer.json()["error"])

    def check(self, dialect, count):
        api, missing = self.refuse_all(dialect)
        self.assertEqual(len(missing), count)
        self.refuse_synchronously(api, dialect)
        self.assertEqual(api.ask("/mj/task/list").json(), [])

    def test_official(self):
        self.check("official", 24)

    def test_camel(self):
        self.check("camel", 41)

    def test_mjdjourney(self):
        self.check("mjdjourney", 73)

    def test_quickrouter(self):
        self.check("quickrouter", 67)

    def test_relay(self):
        self.check("relay", 49)

    def test_crazyrouter(self):
        self.check("crazyrouter", 56)


class MidjourneyCells(Scene):
    """What a Midjourney client can ask of a backend that has only the older generate."""

    def test_operations_without_a_backend_are_code_3(self):
        simulated = self.sandbox()
        api = self.api(self.serve(config=(
            '[imagine]\ndefault_model = "V_2"\nversions = {}\n'
            + backend(simulated, "mjdjourney"))))
        picture = data_url(A_PNG)
        for path, body in {
                "describe": {"base64": picture},
                "imagine": {"prompt": "a fox", "base64Array": [picture]},
                "blend": {"base64Array": [picture, picture]},
                "edits": {"prompt": "a hat", "image": picture}}.items():
            with self.subTest(path):
                told = api.ask(f"/mj/submit/{path}", "POST", body).json()
                self.assertEqual((told["code"], told["result"]), (3, None), told)
        self.assertEqual(simulated.calls(), [])
        self.assertEqual(api.draw("a fox")["status"], "SUCCESS")
