"""A disk of a few megabytes, to be filled and freed: a tmpfs, mounted by root, or in a name space
of this process's own where its mounts are nobody else's business. Who cannot have one fails."""

import ctypes
import os
import subprocess

CLONE_NEWNS = 0x00020000
CLONE_NEWUSER = 0x10000000


def become_able_to_mount():
    """For setUpModule: before this process has threads, which user name spaces forbid."""
    if os.geteuid() == 0:
        return
    user, group = os.geteuid(), os.getegid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0:
        raise OSError(ctypes.get_errno(), "neither root nor a user name space: no small disk")
    for name, text in (("setgroups", "deny"), ("uid_map", f"0 {user} 1"),
                       ("gid_map", f"0 {group} 1")):
        with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
            file.write(text)


class SmallDisk:
    def __init__(self, path, size):
        self.path = path
        path.mkdir(parents=True, exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", path], check=True)
        self.ballast = path / "ballast"

    def remove(self):
        subprocess.run(["umount", "-l", self.path], check=True)

    def free_bytes(self):
        found = os.statvfs(self.path)
        return found.f_bavail * found.f_frsize

    def fill(self, leave=0):
        """Takes all but about `leave` bytes."""
        with open(self.ballast, "ab", buffering=0) as file:
            while (more := self.free_bytes() - leave) > 0:
                try:
                    file.write(b"\0" * min(more, 1 << 20))
                except OSError:
                    break

    def free(self):
        self.ballast.unlink()
