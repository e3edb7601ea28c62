"""What drives the browser: scripts for Node.js, and the npm packages that they take."""

import json
import os
import shutil
from pathlib import Path

from service import node

HERE = Path(__file__).parent
SOURCES = HERE / "npm"
SCRIPTS = HERE / "browser"
FOLDER = Path(os.environ.get(
    "IMAGINED_NPM", HERE.parents[1] / "build" / "npm")).with_name("npm-console")


def install():
    """Brings FOLDER to what the lock file pins; does nothing when it is there already."""
    if shutil.which("chromium") is None:
        raise AssertionError("chromium is missing; install the Debian package chromium")
    node.install(SOURCES, FOLDER)


def run(script, **options):
    """What the script tells in its last line, as JSON; fails with its complaints."""
    told = node.run(
        script, json.dumps(options), directory=SCRIPTS, sources=SCRIPTS, folder=FOLDER)
    lines = told.strip().splitlines()
    return json.loads(lines[-1]) if lines else None
