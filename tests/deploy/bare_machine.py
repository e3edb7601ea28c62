"""Runs as root in namespaces of its own: installs the package on a copy of this machine that is
thrown away, starts what it installed as its user with its configuration, and removes it again.

    unshare --mount --net --pid --fork bare_machine.py PACKAGE FOLDER

The copy is an overlay: what is written lands in FOLDER, which must be a mount of its own kind.
Prints what was seen, as JSON."""

import json
import os
import pwd
import signal
import stat
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

URL = "http://127.0.0.1:8080"
LIMIT = 60


def run(*words):
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


def enter(package, folder):
    run("mount", "--make-rprivate", "/")
    run("mount", "-t", "tmpfs", "bare", folder)
    upper, work, root = (Path(folder) / name for name in ("upper", "work", "root"))
    for one in (upper, work, root):
        one.mkdir()
    run("mount", "-t", "overlay", "bare", "-o",
        f"lowerdir=/,upperdir={upper},workdir={work}", str(root))
    run("mount", "-t", "proc", "proc", str(root / "proc"))
    run("mount", "--rbind", "/dev", str(root / "dev"))
    (root / "tmp" / "imagined.deb").write_bytes(Path(package).read_bytes())
    os.chroot(root)
    os.chdir("/")
    run("ip", "link", "set", "lo", "up")


def mode(path):
    return oct(stat.S_IMODE(os.stat(path).st_mode))


def ask(path, body=None):
    request = urllib.request.Request(URL + path, data=body and json.dumps(body).encode(),
                                     headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.read()


def poll(look):
    """The first true value of `look()`, asked again until LIMIT."""
    end = time.monotonic() + LIMIT
    while time.monotonic() < end:
        try:
            if found := look():
                return found
        except OSError:
            pass
        time.sleep(0.05)
    raise TimeoutError(look)


def started():
    """The command of the unit, as its user and in its directory, with nothing that it may keep."""
    unit = Path("/lib/systemd/system/imagined.service").read_text()
    command = next(line.partition("=")[2] for line in unit.splitlines()
                   if line.startswith("ExecStart="))
    return subprocess.Popen(
        ["setpriv", "--reuid=imagined", "--regid=imagined", "--init-groups", "--no-new-privs",
         "--bounding-set=-all", *command.split()],
        cwd="/var/lib/imagined", env={"PATH": "/usr/bin:/bin"}, stderr=subprocess.PIPE)


def draw():
    task = json.loads(ask("/mj/submit/imagine", {"prompt": "a red fox"}))["result"]

    def ended():
        now = json.loads(ask(f"/mj/task/{task}/fetch"))
        return now["status"] in ("SUCCESS", "FAILURE") and now
    return poll(ended)["status"]


def main(package, folder):
    seen = {}
    enter(package, folder)
    run("dpkg", "-i", "/tmp/imagined.deb")
    user = pwd.getpwnam("imagined")
    seen["shell"], seen["home"] = user.pw_shell, user.pw_dir
    seen["config"] = mode("/etc/imagined/imagined.toml")
    seen["state"] = mode("/var/lib/imagined")
    seen["enabled"] = os.path.lexists(
        "/etc/systemd/system/multi-user.target.wants/imagined.service")
    server = started()
    poll(lambda: ask("/readyz"))
    seen["drawn"] = draw()
    server.send_signal(signal.SIGTERM)
    seen["exit"] = server.wait(LIMIT)
    run("dpkg", "-r", "imagined")
    seen["binary_after_removal"] = os.path.exists("/usr/bin/imagined")
    seen["state_after_removal"] = sorted(os.listdir("/var/lib/imagined"))
    run("dpkg", "-P", "imagined")
    seen["left_after_purge"] = [path for path in (
        "/var/lib/imagined", "/etc/imagined", "/lib/systemd/system/imagined.service")
        if os.path.exists(path)]
    print(json.dumps(seen))


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except subprocess.CalledProcessError as error:
        sys.exit(f"{error.cmd}: {error.stdout}{error.stderr}")
