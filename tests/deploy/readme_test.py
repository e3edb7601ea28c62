"""The README's way from the first picture to an operated service: its configurations are accepted,
and two processes on one Redis do as it says."""

import re
import socket
import subprocess
import tomllib
import unittest
from pathlib import Path

from service.processes import BINARY, clean_environment, run_imagined, short_directory, wait_until

ROOT = Path(__file__).resolve().parents[2]
KEYS = {name: f"a-long-value-of-{name}"
        for name in ("OPERATOR_KEY", "IDEOGRAM_KEY", "NEW_API_KEY")}
PORT = re.compile(r"\b(64|80)(\d\d)\b")


def chapter():
    text = (ROOT / "README.md").read_text()
    return text[text.index("## Setting it up"):text.index("## The API")]


def free_ports(text):
    """The commands with ports that nobody listens on."""
    ports = {}
    for port in {match.group() for match in PORT.finditer(text)}:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            ports[port] = str(probe.getsockname()[1])
    return PORT.sub(lambda match: ports[match.group()], text), ports


class Readme(unittest.TestCase):
    def setUp(self):
        holder = short_directory()
        self.addCleanup(holder.cleanup)
        self.directory = Path(holder.name)

    def test_its_configurations_are_accepted(self):
        blocks = re.findall(r"```toml\n(.*?)```", chapter(), re.S)
        self.assertEqual(len(blocks), 2)
        for block in blocks:
            (self.directory / "imagined.toml").write_text(block)
            told = run_imagined("check-config", directory=self.directory,
                                environment=clean_environment(**KEYS))
            self.assertEqual((told.stderr, told.returncode), ("", 0), block)
            self.assertLessEqual({"server", "worker"}, set(tomllib.loads(told.stdout)))

    def test_two_processes_on_one_redis_do_as_it_says(self):
        block = re.search(r"\*\*Two `serve` processes.*?\n\n((?:    .*\n)+)", chapter()).group(1)
        commands, ports = free_ports(block.replace("/tmp/imagined-shared", "shared"))
        *started, submit, look = [line.strip() for line in commands.splitlines()]
        self.assertEqual(len(started), 4)
        self.assertEqual(len(ports), 3)
        (self.directory / "build").mkdir()
        (self.directory / "build" / "imagined").symlink_to(BINARY)
        shell = subprocess.Popen(
            ["bash"], cwd=self.directory, env=clean_environment(no_proxy="*"),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(shell.wait)
        self.addCleanup(shell.stdout.close)
        self.addCleanup(shell.stdin.close)

        def told(command):
            shell.stdin.write(f"{command} | head -c 20000; echo\n")
            shell.stdin.flush()
            return shell.stdout.readline()

        # The servers first: a drain takes its Redis.
        shell.stdin.write("trap 'p=($(jobs -p)); kill ${p[@]:1}; wait ${p[@]:1}; kill $p' EXIT\n")
        shell.stdin.write("\n".join(
            line.replace(" &", " >/dev/null 2>&1 &") for line in started) + "\n")
        for port in ("8081", "8082"):
            wait_until(lambda: "ready" in told(
                f"curl -s -f http://127.0.0.1:{ports[port]}/readyz"), "two servers")
        accepted = re.search(r'"code":1,.*"result":"(\d+)"', told(submit.split("  #")[0]))
        self.assertTrue(accepted)
        self.assertIn(accepted.group(1), told(look.split("  #")[0]))

    def test_the_package_that_it_installs_has_that_name(self):
        version = run_imagined("version", directory=self.directory).stdout.split()[1]
        self.assertIn(f"./build/imagined_{version}_amd64.deb", chapter())
