"""Node.js clients of the tests: installed from npm once, by the test run itself, and run as their
users run them."""

import fcntl
import os
import shutil
import subprocess
import threading
from pathlib import Path

SOURCES = Path(__file__).parent / "npm"
FOLDER = Path(os.environ.get(
    "IMAGINED_NPM", Path(__file__).resolve().parents[2] / "build" / "npm"))
PINNED = ("package.json", "package-lock.json", ".npmrc")
INSTALL_LIMIT = 300
RUN_LIMIT = 120
_installing = threading.Lock()


def install(sources=SOURCES, folder=FOLDER):
    """Brings `folder` to what the lock file pins; does nothing when it is there already."""
    for program, package in (("node", "nodejs"), ("npm", "npm")):
        if shutil.which(program) is None:
            raise AssertionError(f"{program} is missing; install the Debian package {package}")
    folder.mkdir(parents=True, exist_ok=True)
    with _installing, (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # other suites install the same
        done = folder / "installed"
        wanted = "".join((sources / name).read_text() for name in PINNED)
        if done.is_file() and done.read_text() == wanted:
            return
        done.unlink(missing_ok=True)
        for name in PINNED:
            shutil.copy(sources / name, folder / name)
        told = subprocess.run(
            ["npm", "ci", "--prefer-offline"], cwd=folder, capture_output=True, text=True,
            timeout=INSTALL_LIMIT, check=False)
        if told.returncode != 0:
            raise AssertionError(
                f"npm could not install what {sources}/package.json pins; is its registry "
                f"reachable from here?\n{told.stdout}{told.stderr}")
        done.write_text(wanted)


def newer_node(folder):
    """Node.js as npm carries it, for packages that find Debian's too old."""
    [program] = folder.glob("node_modules/node-linux-*/bin/node")
    return str(program)


def run(script, *arguments, directory, sources=SOURCES, folder=FOLDER, newer=False):
    """What the script writes to its standard output; fails with its complaints."""
    environment = {**os.environ, "NODE_PATH": str(folder / "node_modules"), "NO_COLOR": "1"}
    told = subprocess.run(
        [newer_node(folder) if newer else "node", str(sources / script), *arguments], cwd=directory, env=environment,
        capture_output=True, text=True, timeout=RUN_LIMIT, check=False)
    assert told.returncode == 0, f"{script}: {told.stdout}{told.stderr}"
    return told.stdout
