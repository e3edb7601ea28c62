"""Dashboard, alerts and scrape: every metric and label that they name is one of /metrics, and every
expression is PromQL."""

import json
import re
import subprocess
from pathlib import Path

import yaml

from . import busy

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
DASHBOARD = DEPLOY / "grafana" / "imagined.json"
ALERTS = DEPLOY / "prometheus" / "alerts.yaml"
SCRAPE = DEPLOY / "prometheus" / "scrape.yaml"
OF_PROMETHEUS = {"job", "instance", "le"}


def promtool(*words):
    said = subprocess.run(["promtool", *words], capture_output=True, text=True, check=False)
    return said.returncode, said.stdout + said.stderr


def dashboard_expressions():
    panels = json.loads(DASHBOARD.read_text())["panels"]
    return [target["expr"] for panel in panels for target in panel["targets"]]


def alert_expressions():
    groups = yaml.safe_load(ALERTS.read_text())["groups"]
    return [rule["expr"] for group in groups for rule in group["rules"]]


def labels_in(expression):
    grouped = re.findall(r"\bby \(([^)]*)\)", expression)
    matched = re.findall(r'[{,](\w+)(?:=~|!=|=)"', expression)
    return {label.strip() for list_ in grouped for label in list_.split(",")} | set(matched)


class Dashboard(busy.BusyScene):
    def test_it_shows_what_the_program_tells(self):
        server = self.busy_server()
        text = busy.metrics_of(server)
        samples = {name.partition("{")[0] for name in busy.series_of(text)}
        labels = set(re.findall(r'[{,](\w+)="', text)) | OF_PROMETHEUS
        expressions = dashboard_expressions() + alert_expressions()
        self.assertGreater(len(expressions), 20)
        for expression in expressions:
            with self.subTest(expression):
                named = set(re.findall(r"\bimagined_\w+", expression))
                self.assertTrue(named)
                self.assertLessEqual(named, samples)
                self.assertLessEqual(labels_in(expression), labels)

    def test_every_family_is_shown(self):
        families = set(re.findall(r"^# TYPE (\S+)", busy.metrics_of(self.busy_server()), re.M))
        shown = " ".join(dashboard_expressions())
        self.assertEqual({name for name in families if name not in shown}, set())

    def test_its_expressions_are_promql(self):
        rules = [{"record": f"shown:{number}", "expr": expression}
                 for number, expression in enumerate(
                     text.replace("$__rate_interval", "1m").replace("$job", ".*")
                     for text in dashboard_expressions())]
        file = self.directory / "rules.yaml"
        file.write_text(json.dumps({"groups": [{"name": "shown", "rules": rules}]}))
        code, said = promtool("check", "rules", str(file))
        self.assertEqual(code, 0, said)

    def test_panels_do_not_lie_on_each_other(self):
        panels = json.loads(DASHBOARD.read_text())["panels"]
        cells = [(x, y) for panel in panels for place in [panel["gridPos"]]
                 for x in range(place["x"], place["x"] + place["w"])
                 for y in range(place["y"], place["y"] + place["h"])]
        self.assertEqual(len(cells), len(set(cells)))
        self.assertLess(max(x for x, _ in cells), 24)
        self.assertEqual(len({panel["id"] for panel in panels}), len(panels))

    def test_alerts_and_scrape_are_what_prometheus_reads(self):
        for words in (("rules", str(ALERTS)), ("config", "--syntax-only", str(SCRAPE))):
            code, said = promtool("check", *words)
            self.assertEqual(code, 0, said)
