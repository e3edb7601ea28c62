"""Crash matrix: the disk fails while a paid picture is stored."""

import os
import subprocess
import unittest

from .crash import PATIENCE, PICTURE_STEPS, Crash, name_of


class Storing(Crash):
    def assert_storage_failed(self, task):
        self.assertEqual(task["status"], "FAILURE", task)
        self.assertEqual(task["properties"]["failCode"], "STORAGE_FAILED")
        self.assertEqual(self.billed(), 1)
        shown = self.assert_settled(task)
        # What was paid can still be fetched by a person, from where it was made.
        [call] = shown["calls"]
        [picture] = call["pictures"]
        self.assertTrue(picture.startswith(self.upstream.url), picture)
        # Nothing half-written is left behind, and nothing is served.
        day = int(task["id"][:13]) // 86400000
        folder = self.shared / "data" / "pictures" / str(day) / task["id"]
        self.assertEqual([f for f in folder.glob("*") if f.stat().st_size], [])
        self.assertEqual(self.client.ask(f"/mj/image/{task['id']}").status, 404)


class FailingDisk(Storing):
    """Each step of storing fails once, as on a full disk."""

    def fails_clean(self, point):
        self.arm(point, "error")
        task = self.client.wait(self.client.accepted(self.prompt), limit=PATIENCE)
        self.assert_storage_failed(task)


for at in [p for p in PICTURE_STEPS if p.endswith("before")]:
    setattr(FailingDisk, f"test_disk_fails_at_{name_of(at)}",
            lambda self, p=at: self.fails_clean(p))


@unittest.skipUnless(os.geteuid() == 0, "a disk of one megabyte is mounted by root only")
class FullDisk(Storing):
    """A real one: pictures go to a file system of one megabyte."""

    def setUp(self):
        super().setUp()
        self.disk = self.shared / "data" / "pictures"
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=1m", "none", self.disk], check=False)
        if mounted.returncode != 0:
            self.skipTest("mounting is not permitted here")
        self.addCleanup(subprocess.run, ["umount", "-l", self.disk], check=True)

    def fill(self):
        with open(self.disk / "ballast", "wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"\0" * 4096)
            except OSError:
                pass

    def test_full_disk_fails_clean_and_works_again_when_there_is_room(self):
        self.fill()
        task = self.client.wait(self.client.accepted(self.prompt), limit=PATIENCE)
        self.assert_storage_failed(task)
        self.assert_sound()
        (self.disk / "ballast").unlink()
        self.prompt += ", again"
        self.assert_delivered(self.client.wait(self.client.accepted(self.prompt), limit=PATIENCE))
