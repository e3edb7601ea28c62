"""The npm packages that drive the browser: installed once, by the test run itself."""

import json
import os
import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).parent
SOURCES = HERE / "npm"
SCRIPTS = HERE / "browser"
FOLDER = Path(os.environ.get(
    "IMAGINED_NPM", HERE.parents[1] / "build" / "npm")).with_name("npm-console")
PINNED = ("package.json", "package-lock.json", ".npmrc")
INSTALL_LIMIT = 300
RUN_LIMIT = 120


def install():
    """Brings FOLDER to what the lock file pins; does nothing when it is there already."""
    for program, package in (("node", "nodejs"), ("npm", "npm"), ("chromium", "chromium")):
        if shutil.which(program) is None:
            raise AssertionError(f"{program} is missing; install the Debian package {package}")
    FOLDER.mkdir(parents=True, exist_ok=True)
    done = FOLDER / "installed"
    wanted = "".join((SOURCES / name).read_text() for name in PINNED)
    if done.is_file() and done.read_text() == wanted:
        return
    done.unlink(missing_ok=True)
    for name in PINNED:
        shutil.copy(SOURCES / name, FOLDER / name)
    told = subprocess.run(
        ["npm", "ci", "--prefer-offline"], cwd=FOLDER, capture_output=True, text=True,
        timeout=INSTALL_LIMIT, check=False)
    if told.returncode != 0:
        raise AssertionError(
            "npm could not install the packages of tests/console/npm; is its registry reachable "
            f"from here?\n{told.stdout}{told.stderr}")
    done.write_text(wanted)


def run(script, **options):
    """What the script tells in its last line, as JSON; fails with its complaints."""
    environment = {**os.environ, "NODE_PATH": str(FOLDER / "node_modules"), "NO_COLOR": "1"}
    told = subprocess.run(
        ["node", str(SCRIPTS / script), json.dumps(options)], env=environment,
        capture_output=True, text=True, timeout=RUN_LIMIT, check=False)
    assert told.returncode == 0, f"{script}: {told.stdout}{told.stderr}"
    lines = told.stdout.strip().splitlines()
    return json.loads(lines[-1]) if lines else None
