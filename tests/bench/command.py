"""What the commands of the bench have in common: the packages, the program, and the line without which
a figure is worth nothing."""

import datetime
import os
import platform
import resource
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ["deploy/packages.txt", "tests/packages.txt", "tests/bench/packages.txt"]


def add_options(options):
    options.add_argument("--peers", metavar="DIR",
                         default=os.environ.get("IMAGINED_BENCH_PEERS") or None,
                         help="the peers' code; default: the variable IMAGINED_BENCH_PEERS")
    options.add_argument("--binary", metavar="FILE",
                         help="default: build/imagined, built Release now")


def prepare(asked):
    """Installs what is missing; the program that is measured, which IMAGINED_BINARY names from now
    on."""
    subprocess.run([ROOT / "deploy/install-packages", *(ROOT / name for name in PACKAGES)],
                   check=True, stdout=sys.stderr)
    os.environ["IMAGINED_BINARY"] = program = _binary(asked)
    os.environ["PATH"] += ":/usr/sbin"  # nginx
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    if os.cpu_count() < 2:
        sys.exit("tests/bench: two cores are needed, one for each side")
    return program


def _binary(asked):
    if asked.binary is not None:
        return os.path.abspath(asked.binary)
    # As many compilers as fit (deploy/quickstart).
    memory_kb = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 1024
    jobs = max(1, min(os.cpu_count(), memory_kb // 1_500_000))
    for command in (["cmake", "--preset", "release"],
                    ["cmake", "--build", "build", "--target", "imagined", "-j", str(jobs)]):
        subprocess.run(command, cwd=ROOT, check=True, stdout=sys.stderr)
    return str(ROOT / "build/imagined")


def _lines_of(*command):
    told = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False)
    return told.stdout.strip().split("\n")


def first_line(*command):
    return _lines_of(*command)[0]


def heading(name, program, tools):
    """`tools` are the versions of what measures, ready to be read."""
    model = next((line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text()
                  .splitlines() if line.startswith("model name")), platform.machine())
    filesystem = first_line("stat", "-f", "-c", "%T", "/tmp")
    redis = " ".join(first_line("redis-server", "--version").split()[:3])
    return "; ".join([
        f"`{shlex.join([f'tests/bench/{name}', *sys.argv[1:]])}`, "
        f"{datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d %H:%M} UTC",
        f"{os.cpu_count()} × {model}, Linux {platform.release()}, data on {filesystem}",
        ", ".join(_lines_of(program, "version")), redis,
        f"node {first_line('node', '--version')}", *tools])
