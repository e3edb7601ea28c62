"""The systemd unit: what systemd says about it, and what it must not get wrong."""

import re
import subprocess
import unittest
from pathlib import Path

from service.processes import BINARY, short_directory

UNIT = Path(__file__).resolve().parents[2] / "deploy" / "systemd" / "imagined.service"
MOST_EXPOSED = 2.0


def analyze(*words):
    return subprocess.run(["systemd-analyze", *words], capture_output=True, text=True, check=False)


class Unit(unittest.TestCase):
    def setUp(self):
        holder = short_directory()
        self.addCleanup(holder.cleanup)
        self.copy = Path(holder.name) / "imagined.service"

    def exposure(self, text):
        self.copy.write_text(text)
        told = analyze("security", "--offline=yes", "--no-pager", str(self.copy)).stdout
        return float(re.search(r"Overall exposure level for imagined.service: ([\d.]+)",
                               told).group(1))

    def test_it_is_exposed_to_little(self):
        text = UNIT.read_text()
        self.assertLessEqual(self.exposure(text), MOST_EXPOSED)
        self.assertGreater(self.exposure(text.replace("ProtectSystem=strict\n", "").replace(
            "SystemCallFilter=", "#").replace("PrivateUsers=yes\n", "")), MOST_EXPOSED)

    def test_systemd_reads_all_of_it(self):
        text = UNIT.read_text()
        command = "/usr/bin/imagined"
        self.assertIn(f"ExecStart={command} ", text)
        self.copy.write_text(text.replace(command, BINARY))
        told = analyze("verify", "--man=no", str(self.copy))
        about = [line for line in told.stderr.splitlines() if "imagined.service" in line]
        self.assertEqual((about, told.returncode), ([], 0), told.stderr)

    def test_a_stop_leaves_time_for_calls_and_lets_the_parent_end_its_redis(self):
        text = UNIT.read_text()
        self.assertIn("\nKillMode=mixed\n", text)
        limit = int(re.search(r"^TimeoutStopSec=(\d+)s$", text, re.M).group(1))
        self.assertGreater(limit, 180)
