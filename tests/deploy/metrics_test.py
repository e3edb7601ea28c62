"""/metrics of the built binary under load: what promtool says, and that nothing a client sends
makes a new series."""

import re
import subprocess

from service.scene import backend

from . import busy


def check(text):
    """What promtool has to say; it is silent when all is well."""
    said = subprocess.run(["promtool", "check", "metrics"], input=text, text=True,
                          capture_output=True, check=False)
    return said.stdout + said.stderr, said.returncode


class Metrics(busy.BusyScene):
    def test_promtool_finds_nothing_after_everything_has_happened(self):
        server = self.busy_server()
        before = busy.metrics_of(server)
        self.assertEqual(check(before), ("", 0))
        families = set(re.findall(r"^# TYPE (\S+)", before, re.M))
        helped = dict(re.findall(r"^# HELP (\S+) (.+)$", before, re.M))
        self.assertEqual(families, set(helped))
        self.assertEqual({name for name in families if not name.startswith("imagined_")}, set())
        self.assertEqual(busy.labels_of(before, "caller"), {"operator", "bot", "shop"})
        self.assertEqual(busy.labels_of(before, "backend"), {"official-1"})
        for secret in ("the-operator", "the-bot", "the-shop", "k-1"):
            self.assertNotIn(f'"{secret}"', before)
        self.pester(server)
        after = busy.metrics_of(server)
        self.assertEqual(set(busy.series_of(after)), set(busy.series_of(before)))

    def test_promtool_would_find_a_family_without_help(self):
        said, code = check("# TYPE imagined_tasks counter\nimagined_tasks 1\n")
        self.assertNotEqual(code, 0)
        self.assertIn("help", said)

    def test_a_caller_that_is_not_configured_here_has_no_name(self):
        redis, upstream = self.redis(), self.sandbox()
        shared = (f'[redis]\nurl = "{redis.url}"\n[data]\ndir = "{self.directory}/data"\n'
                  + backend(upstream))
        front = self.serve("--role=api", config=busy.CALLERS + shared, name="front")
        bot = self.api(front, "the-bot")
        task_id = bot.accepted("a red fox")
        worker = self.serve("--role=worker", name="worker", config=(
            '[server]\napi_keys = ["the-operator"]\n' + shared))
        bot.wait(task_id)
        text = busy.metrics_of(worker)
        self.assertEqual(busy.labels_of(text, "caller"), {"other"})
        spent = busy.series_of(text)[
            'imagined_spent_usd_total{backend="official-1",caller="other"}']
        self.assertAlmostEqual(spent, upstream.ledger()["total_micros"] / 1e6)
