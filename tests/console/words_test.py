"""The console's sentences: every one that is used exists in both languages, and every one that
exists is used; no sentence stands in the code itself."""

import json
import re
import unittest
from pathlib import Path

WEB = Path(__file__).resolve().parents[2] / "src/console/web"
SOURCES = sorted((WEB / "src").rglob("*.js"))
WORDS = {name: json.loads((WEB / "src/words" / f"{name}.json").read_text()) for name in ("en", "zh")}
LONGEST_LINE = 100

CALL = re.compile(r'\b(?:t|plural|known)\(\s*(["`])(.+?)\1')
# Keys that are chosen at run time stand in the code as texts of this form.
LOOSE = re.compile(r'["`]([a-z]+\.[\w.${}()\[\]-]+)["`]')
# Text between tags of a template, outside of ${…}.
LITERAL = re.compile(r">([^<>$`{}]*[A-Za-z]{2}[^<>$`{}]*)<")


def used():
    """Exact keys and prefixes that the code names."""
    exact, prefixes = set(), set()
    for path in SOURCES:
        text = path.read_text()
        for found in [m.group(2) for m in CALL.finditer(text)] + LOOSE.findall(text):
            head = found.split("${")[0]
            (prefixes if "${" in found else exact).add(head)
    return exact, {prefix for prefix in prefixes if "." in prefix}


class Words(unittest.TestCase):
    def test_both_languages_have_the_same_sentences(self):
        self.assertEqual(set(WORDS["en"]), set(WORDS["zh"]))
        for name, words in WORDS.items():
            self.assertEqual([key for key, text in words.items() if not text.strip()], [], name)

    def test_both_say_the_same_values(self):
        values = re.compile(r"\{(\w+)\}")
        for key, text in WORDS["en"].items():
            with self.subTest(key):
                self.assertEqual(set(values.findall(text)), set(values.findall(WORDS["zh"][key])))

    def test_what_is_used_exists(self):
        exact, prefixes = used()
        forms = {key.rsplit(".", 1)[0] for key in WORDS["en"] if key.endswith((".one", ".other"))}
        called = {m.group(2) for path in SOURCES for m in CALL.finditer(path.read_text())
                  if "${" not in m.group(2) and m.group(1) == '"'}
        self.assertEqual(sorted(called - set(WORDS["en"]) - forms), [])
        for prefix in prefixes:
            self.assertTrue(any(key.startswith(prefix) for key in WORDS["en"])
                            or prefix.startswith(("v1/", "imagined.")) or "/" in prefix, prefix)

    def test_what_exists_is_used(self):
        exact, prefixes = used()
        self.assertEqual([key for key in WORDS["en"]
                          if key not in exact
                          and key.removesuffix(".one").removesuffix(".other") not in exact
                          and not any(key.startswith(prefix) for prefix in prefixes)], [])

    def test_no_sentence_stands_in_the_code(self):
        for path in SOURCES:
            text = "\n".join(line for line in path.read_text().splitlines()
                             if not line.lstrip().startswith("//"))
            found = [one.strip() for one in LITERAL.findall(text)
                     if not re.search(r"=>|&&|\|\||[;=(?]", one) and one.strip() not in ("imagined",)]
            self.assertEqual(found, [], path.name)

    def test_nothing_is_written_into_the_page_as_markup(self):
        for path in SOURCES:
            self.assertIsNone(
                re.search(r"innerHTML|outerHTML|insertAdjacentHTML|dangerously|\beval\b|new Function",
                          path.read_text()), path.name)

    def test_no_line_is_longer_than_the_page(self):
        for path in [*SOURCES, *(WEB / "styles").glob("*.css"), WEB / "build.cjs",
                     *Path(__file__).parent.glob("browser/*")]:
            long = [number for number, line in enumerate(path.read_text().splitlines(), 1)
                    if len(line) > LONGEST_LINE and "d=" not in line and " M" not in line
                    and '"M' not in line]
            self.assertEqual(long, [], path.name)


if __name__ == "__main__":
    unittest.main()
