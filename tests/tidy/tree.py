"""The source tree as the tidy tests look at it: files, includes, modules."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# The house, from the ground up (README.md). A module may include modules of lower rows only;
# neighbours do not know each other.
ROWS = [
    {"base"},
    {"task", "metrics"},
    {"redis", "http"},
    {"queue", "backend", "callback", "store"},
    {"submit"},
    {"worker", "api", "console", "sandbox"},
    {"config"},
    {"app"},
]
ROW_OF = {module: number for number, row in enumerate(ROWS) for module in row}

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^">]+)[">]', re.MULTILINE)


def files(*folders, suffixes=(".cpp", ".hpp")):
    """Every file with one of the suffixes below the folders, sorted."""
    found = []
    for folder in folders:
        found += [p for p in (ROOT / folder).rglob("*") if p.suffix in suffixes and p.is_file()]
    return sorted(p for p in found if "__pycache__" not in p.parts)


def name(path):
    """The path as it is told in a failure."""
    return str(path.relative_to(ROOT))


def module_of(path):
    """"redis" of include/imagined/redis/client.hpp and of src/redis/link.cpp."""
    parts = path.relative_to(ROOT).parts
    return parts[2] if parts[0] == "include" else parts[1]


def project_includes(path):
    """(text, resolved path) of each include of our own; the path is None if there is no file."""
    for text in INCLUDE.findall(path.read_text()):
        if text.startswith("imagined/"):
            target = ROOT / "include" / text
            yield text, target if target.exists() else None
            continue
        for folder in (path.parent, ROOT / "src" / module_of(path)):
            if (folder / text).is_file():
                yield text, (folder / text).resolve()
                break


def without_comments(text):
    """C++ text with comments and string literals blanked; line numbers stay."""
    pattern = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"', re.DOTALL)
    return pattern.sub(lambda found: re.sub(r"[^\n]", " ", found.group()), text)
