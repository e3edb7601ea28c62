"""The scenarios fit the runner that plays them, and the tables that it tells of them."""

import contextlib
import importlib
import io
import tempfile
import time
import unittest
from pathlib import Path
from types import SimpleNamespace

from bench import rounds
from bench.cast import peers
from bench.cast.load import all_well
from bench.figures.bar import Bar

FOLDER = Path(__file__).parent / "scenarios"
NAMES = sorted({path.stem for path in FOLDER.glob("*.py")} - {"__init__", "scenario"})
QUIET = {"foreign": 0.0, "stolen": 0.0, "loop_ms": 50.0}


class Stage:
    """Counts the samples that are opened and closed."""

    def __init__(self):
        self.opened, self.closed = 0, 0

    @contextlib.contextmanager
    def sample(self):
        self.opened += 1
        try:
            yield
        finally:
            self.closed += 1


def scenario(measure, bars=()):
    return SimpleNamespace(TITLE="A thing", FIGURES={"rate": "things/s", "rare": "rare"},
                           BARS=list(bars), measure=measure)


def play(*arguments):
    with contextlib.redirect_stderr(io.StringIO()) as said:
        return rounds.play(*arguments), said.getvalue()


class Cast(unittest.TestCase):
    def test_work_that_was_not_done_is_no_figure(self):
        told = {"count": 3, "accepted": 3, "ended_well": 3, "ids": ["1", "2", "3"]}
        self.assertIs(all_well(told), told)
        for lost in ("accepted", "ended_well"):
            with self.assertRaises(RuntimeError):
                all_well({**told, lost: 2})

    def test_peers_are_absent_until_all_of_them_is_there(self):
        with tempfile.TemporaryDirectory() as folder:
            for what, arrive in [
                    ("no --peers", lambda: None),
                    ("no peers/a-api.js", lambda: (Path(folder) / "peers").mkdir()),
                    ("no node_modules", lambda: [
                        (Path(folder) / "peers" / name).touch()
                        for name in ("a-api.js", "a-worker.js", "b-api.js", "b-worker.js")])]:
                arrive()
                with self.assertRaisesRegex(peers.Absent, what):
                    peers.check(None if what == "no --peers" else folder)
            (Path(folder) / "node_modules").mkdir()
            peers.check(folder)


class Scenarios(unittest.TestCase):
    def test_the_command_knows_each(self):
        text = (FOLDER.parent / "run").read_text()
        for name in NAMES:
            with self.subTest(name):
                self.assertIn(f'"{name}"', text)

    def test_each_is_what_the_runner_asks_for(self):
        for name in NAMES:
            with self.subTest(name):
                module = importlib.import_module(f"bench.scenarios.{name}")
                self.assertTrue(module.__doc__ and module.TITLE and callable(module.measure))
                self.assertEqual(len(module.SUBJECTS), len(set(module.SUBJECTS)))
                for bar in module.BARS:
                    self.assertIn(bar.figure, module.FIGURES)
                    self.assertIn(bar.of, module.SUBJECTS)
                    self.assertIn(bar.to, [None, *module.SUBJECTS])
                    self.assertNotEqual(bar.least is None, bar.most is None)


class Rounds(unittest.TestCase):
    def test_the_subjects_take_turns(self):
        asked = []

        def measure(_, subject):
            asked.append(subject)
            return {"rate": len(asked), "noise": [QUIET]}

        samples, _ = play(Stage(), scenario(measure), ["a", "b"], 2)
        self.assertEqual(asked, ["a", "b", "a", "b"])
        self.assertEqual([run["rate"] for run in samples["b"]], [2, 4])

    def test_who_fails_has_no_figures_and_does_not_stop_the_others(self):
        def measure(_, subject):
            if subject == "a":
                raise RuntimeError("lost 3 tasks")
            return {"rate": 1, "noise": [QUIET]}

        stage = Stage()
        samples, said = play(stage, scenario(measure), ["a", "b"], 3)
        self.assertEqual((list(samples), len(samples["b"])), (["b"], 3))
        self.assertIn("a: RuntimeError: lost 3 tasks", said)
        self.assertEqual((stage.opened, stage.closed), (4, 4))

    def test_no_round_begins_for_which_there_is_no_time(self):
        quick = scenario(lambda *_: {"rate": 1, "noise": [QUIET]})
        now = time.monotonic()
        for until, count in [(now - 1, 1), (now + 1000, 4), (None, 4)]:
            with self.subTest(until):
                samples, _ = play(Stage(), quick, ["a"], 4, None, until)
                self.assertEqual(len(samples["a"]), count)

    def test_every_sample_is_a_line_of_json(self):
        raw = io.StringIO()
        play(Stage(), scenario(lambda *_: {"rate": 1, "noise": [QUIET]}), ["a"], 2, raw)
        self.assertEqual(raw.getvalue().count("\n"), 2)
        self.assertIn('"subject": "a", "round": 1, "rate": 1', raw.getvalue())

    def test_the_tables_tell_figures_noise_and_bars(self):
        loud = {**QUIET, "foreign": 0.5}
        told = rounds.tell(
            scenario(None, [Bar("rate", "a", least=2, to="b")]),
            {"a": [{"rate": 30, "noise": [QUIET]}, {"rate": 50, "noise": [loud]}],
             "b": [{"rate": 10, "rare": 1, "noise": [QUIET]}] * 2})
        self.assertIn("### A thing\n\nMedian (least–most) of 2 runs.", told)
        self.assertIn("|  | things/s | rare | disturbed by |", told)
        self.assertIn("| a | 40 (30–50) |  | foreign 0.50 cores in 1 of 2 |", told)
        self.assertIn("| b | 10 | 1 |  |", told)
        self.assertIn("| a: things/s ≥ 2 × b | 4 (3–5) | met |", told)


if __name__ == "__main__":
    unittest.main()
