"""The Debian package: built by CPack from the build tree at hand, judged by lintian, unpacked and
started, and, where root may, installed on a copy of this machine."""

import gzip
import json
import os
import re
import subprocess
import sys
import unittest
from pathlib import Path

from service.client import Api, ask
from service.processes import Process, clean_environment, run_imagined, short_directory

BUILD = Path(os.environ.get("IMAGINED_BUILD", Path(__file__).resolve().parents[2] / "build"))
BARE_MACHINE = Path(__file__).with_name("bare_machine.py")
NAMESPACES = ("unshare", "--mount", "--net", "--pid", "--fork")
LIMIT = 240


def run(*words, **more):
    return subprocess.run(words, capture_output=True, text=True, check=False, timeout=LIMIT, **more)


def may_make_a_bare_machine(folder):
    """Root in a container may lack what an overlay takes."""
    script = (f"mount -t tmpfs t {folder} && cd {folder} && mkdir u w r && mount -t overlay o "
              "-o lowerdir=/,upperdir=u,workdir=w r && ip link set lo up")
    return os.geteuid() == 0 and run(*NAMESPACES, "sh", "-c", script).returncode == 0


class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        holder = short_directory()
        cls.addClassCleanup(holder.cleanup)
        cls.folder = Path(holder.name)
        # Quick instead of small; no other word of the configuration is changed.
        made = run("cpack", "--config", str(BUILD / "CPackConfig.cmake"), "-G", "DEB", "-B",
                   holder.name, "-D", "CPACK_DEBIAN_COMPRESSION_TYPE=gzip")
        assert made.returncode == 0, made.stdout + made.stderr
        [cls.package] = cls.folder.glob("imagined_*.deb")
        cls.tree = cls.folder / "tree"
        unpacked = run("dpkg", "-x", str(cls.package), str(cls.tree))
        assert unpacked.returncode == 0, unpacked.stderr

    def field(self, name):
        return run("dpkg-deb", "-f", str(self.package), name).stdout.strip()

    def test_lintian_finds_nothing(self):
        # Of a sanitised build nobody makes a package but this test.
        told = run("lintian", "--allow-root", "--fail-on", "error,warning", "--tag-display-limit",
                   "0", str(self.package))
        self.assertEqual((told.stdout, told.returncode), ("", 0))

    def test_it_holds_what_a_service_needs(self):
        files = {str(path.relative_to(self.tree)) for path in self.tree.rglob("*")
                 if path.is_file()}
        self.assertEqual(files, {
            "etc/imagined/imagined.toml",
            "lib/systemd/system/imagined.service",
            "usr/bin/imagined",
            "usr/lib/sysusers.d/imagined.conf",
            "usr/share/bash-completion/completions/imagined",
            "usr/share/doc/imagined/backends.md",
            "usr/share/doc/imagined/changelog.gz",
            "usr/share/doc/imagined/copyright",
            "usr/share/doc/imagined/examples/grafana-dashboard.json",
            "usr/share/fish/vendor_completions.d/imagined.fish",
            "usr/share/man/man1/imagined.1.gz",
            "usr/share/zsh/vendor-completions/_imagined",
        })
        self.assertEqual(
            run("dpkg-deb", "-I", str(self.package), "conffiles").stdout.split(),
            ["/etc/imagined/imagined.toml"])
        needed = self.field("Depends")
        for library in ("libc6", "libssl3", "libhiredis0.14", "libspng0", "libisal2", "libfmt9",
                        "systemd"):
            self.assertIn(library, needed)
        self.assertIn("redis-server", self.field("Recommends"))

    def test_man_page_completion_and_version_are_the_programs_own(self):
        def told(*words):
            return run_imagined(*words, directory=self.folder).stdout
        page = gzip.decompress((self.tree / "usr/share/man/man1/imagined.1.gz").read_bytes())
        self.assertEqual(page.decode(), told("manual"))
        for shell, script in (("bash", "bash-completion/completions/imagined"),
                              ("zsh", "zsh/vendor-completions/_imagined"),
                              ("fish", "fish/vendor_completions.d/imagined.fish")):
            written = (self.tree / "usr/share" / script).read_text()
            self.assertEqual(written, told("completion", shell))
        self.assertEqual(told("version").split()[1], self.field("Version"))
        changes = gzip.decompress((self.tree / "usr/share/doc/imagined/changelog.gz").read_bytes())
        self.assertTrue(changes.decode().startswith(f"imagined ({self.field('Version')}) "))

    def test_what_it_unpacks_draws_with_its_own_configuration(self):
        state = self.folder / "state"
        server = Process(
            [str(self.tree / "usr/bin/imagined"), "serve", "--config",
             str(self.tree / "etc/imagined/imagined.toml"), f"--data.dir={state}",
             "--server.listen=127.0.0.1:0"], self.folder)
        self.addCleanup(lambda: server.child.poll() is None and server.child.kill())
        url = server.wait_for_line(r"\bready\b.*?(http://[\d.:]+)").group(1)
        self.assertEqual(ask(url + "/readyz").json(), {"status": "ready", "warnings": []})
        Api(url).draw("a red fox")
        self.assertEqual(server.stop(), 0, server.log)

    def test_the_packaged_configuration_says_where_its_things_are(self):
        told = run(str(self.tree / "usr/bin/imagined"), "check-config", "--config",
                   str(self.tree / "etc/imagined/imagined.toml"), env=clean_environment())
        self.assertEqual((told.stderr, told.returncode), ("", 0))
        self.assertRegex(told.stdout, r'dir = "/var/lib/imagined"')

    def test_its_examples_become_valid_without_their_marks(self):
        text = (self.tree / "etc/imagined/imagined.toml").read_text()
        file = self.folder / "everything.toml"
        file.write_text(re.sub(r"^# (?=\[|[a-z_]+ = )", "", text, flags=re.M))
        told = run(str(self.tree / "usr/bin/imagined"), "check-config", "--config", str(file),
                   env=clean_environment(OPERATOR_KEY="the-key-of-an-operator", IDEOGRAM_KEY="k"))
        self.assertEqual((told.stderr, told.returncode), ("", 0))
        self.assertIn('dialect = "official"', told.stdout)

    def test_it_is_installed_run_removed_and_purged(self):
        copy = self.folder / "machine"
        copy.mkdir()
        if not may_make_a_bare_machine(copy):
            self.skipTest("namespaces and overlays are not permitted here")
        told = run(*NAMESPACES, sys.executable, "-B", str(BARE_MACHINE), str(self.package),
                   str(copy))
        self.assertEqual(told.returncode, 0, told.stderr)
        self.assertEqual(json.loads(told.stdout), {
            "shell": "/usr/sbin/nologin", "home": "/var/lib/imagined",
            "config": "0o640", "state": "0o750", "enabled": True,
            "drawn": "SUCCESS", "exit": 0,
            "binary_after_removal": False,
            "state_after_removal": ["link.key", "pictures", "redis"],
            "left_after_purge": [],
        })
