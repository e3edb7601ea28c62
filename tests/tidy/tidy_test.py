"""The tree under test: layers, cycles, leftovers, names, schemas, scripts, links."""

import json
import os
import re
import subprocess
import tempfile
import unittest

import tree

CODE = ("include", "src", "tests")
LONGEST_LINE = 100


class TidyTest(unittest.TestCase):
    def assert_none(self, complaints):
        complaints = list(complaints)
        if complaints:
            self.fail("\n" + "\n".join(complaints))


class Layers(TidyTest):
    def test_every_module_has_a_place_in_the_house(self):
        modules = {p.name for folder in ("src", "include/imagined")
                   for p in (tree.ROOT / folder).iterdir() if p.is_dir()}
        self.assertLessEqual(modules, set(tree.ROW_OF))

    def test_includes_point_down_only(self):
        self.assert_none(
            f"{tree.name(path)} includes {text}: {tree.module_of(path)} must not know {other}"
            for path in tree.files("include", "src")
            for text, target in tree.project_includes(path)
            if target is not None
            for other in [tree.module_of(target)]
            if other != tree.module_of(path)
            and tree.ROW_OF[other] >= tree.ROW_OF[tree.module_of(path)])

    def test_public_headers_include_public_headers_only(self):
        self.assert_none(
            f"{tree.name(path)} includes {text}"
            for path in tree.files("include")
            for text in tree.INCLUDE.findall(path.read_text())
            if text.endswith(".hpp") and "/" not in text)

    def test_headers_that_are_included_exist(self):
        self.assert_none(
            f"{tree.name(path)} includes {text}"
            for path in tree.files(*CODE)
            for text in tree.INCLUDE.findall(path.read_text())
            if text.startswith("imagined/") and not (tree.ROOT / "include" / text).exists())

    def test_every_public_header_is_used_by_another_module(self):
        used = {target for path in tree.files("include", "src")
                for _, target in tree.project_includes(path)
                if target is not None and tree.module_of(target) != tree.module_of(path)}
        inside = {target for path in tree.files("include")
                  for _, target in tree.project_includes(path)}
        self.assert_none(
            f"{tree.name(path)} is public, but no other module includes it"
            for path in tree.files("include")
            if path not in used and path not in inside and tree.module_of(path) != "app")


class Cycles(TidyTest):
    def test_no_file_includes_itself_through_others(self):
        graph = {path.resolve(): [t for _, t in tree.project_includes(path) if t is not None]
                 for path in tree.files("include", "src")}
        done, on_path = set(), []

        def visit(path):
            if path in on_path:
                cycle = on_path[on_path.index(path):] + [path]
                self.fail(" -> ".join(tree.name(p) for p in cycle))
            if path in done:
                return
            on_path.append(path)
            for target in graph.get(path, []):
                visit(target)
            done.add(on_path.pop())

        for path in graph:
            visit(path)

    def test_no_folder_of_a_module_includes_itself_through_others(self):
        for module in sorted(p for p in (tree.ROOT / "src").iterdir() if p.is_dir()):
            graph = {}
            for path in tree.files(f"src/{module.name}"):
                folder = str(path.parent.relative_to(module))
                for _, target in tree.project_includes(path):
                    if target is not None and module in target.parents:
                        other = str(target.parent.relative_to(module))
                        if other != folder:
                            graph.setdefault(folder, set()).add(other)

            def reached_from(folder, seen):
                for other in graph.get(folder, ()):
                    if other not in seen:
                        seen.add(other)
                        reached_from(other, seen)
                return seen

            cyclic = {folder for folder in graph if folder in reached_from(folder, set())}
            with self.subTest(module.name):
                self.assertFalse(cyclic, "they include each other")


class Texts(TidyTest):
    def lines(self, *suffixes):
        for path in tree.files(*CODE, "deploy", suffixes=suffixes):
            for number, line in enumerate(path.read_text().splitlines(), 1):
                yield path, number, line

    def test_no_line_is_longer_than_the_page(self):
        self.assert_none(
            f"{tree.name(path)}:{number} has {len(line)} columns"
            for path, number, line in self.lines(".cpp", ".hpp", ".lua", ".py")
            # A test's data, such as a recorded exchange, is not broken up.
            if len(line) > LONGEST_LINE and not (tree.name(path).startswith("tests") and '"' in line))

    def test_nothing_is_left_over(self):
        words = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "X" * 3]) + r")\b")
        self.assert_none(
            f"{tree.name(path)}:{number}: {line.strip()}"
            for path, number, line in self.lines(".cpp", ".hpp", ".lua", ".py", ".txt")
            if words.search(line))

    def test_every_header_guards_itself_and_says_what_it_is_for(self):
        for path in tree.files("include", "src", suffixes=(".hpp",)):
            with self.subTest(tree.name(path)):
                text = path.read_text()
                self.assertEqual(text.count("#pragma once"), 1)
                self.assertTrue(text.startswith("//"), "it does not open with a comment")

    def test_no_coroutine_is_spawned_bare(self):
        self.assert_none(
            f"{tree.name(path)}: a failure of it would end the event loop; use task_group"
            for path in tree.files("include", "src")
            if re.search(r"\bdetached\b", tree.without_comments(path.read_text())))

    def test_no_using_namespace_in_a_header(self):
        self.assert_none(
            tree.name(path) for path in tree.files("include", "src", suffixes=(".hpp",))
            if re.search(r"\busing namespace\b", tree.without_comments(path.read_text())))


class Names(TidyTest):
    vague = {"util", "utils", "common", "helper", "helpers", "manager", "service", "services"}

    def test_no_file_has_a_name_that_says_nothing(self):
        self.assert_none(
            tree.name(path) for path in tree.files("include", "src")
            for part in path.relative_to(tree.ROOT).parts
            if self.vague & set(re.split(r"[_.]", part)))

    def test_no_type_has_a_name_that_says_nothing(self):
        declared = re.compile(r"\b(?:class|struct|namespace)\s+(\w+)")
        self.assert_none(
            f"{tree.name(path)}: {name}"
            for path in tree.files("include", "src")
            for name in declared.findall(tree.without_comments(path.read_text()))
            if self.vague & set(name.split("_")))

    def test_files_and_folders_are_snake_case(self):
        self.assert_none(
            tree.name(path) for path in tree.files("include", "src")
            if not re.fullmatch(r"[a-z0-9_]+\.[a-z]+", path.name))


class Schemas(TidyTest):
    def schemas(self):
        return sorted((tree.ROOT / "proto-schemas").rglob("*.json"))

    def test_there_are_schemas(self):
        self.assertTrue(self.schemas())

    def test_every_schema_is_json(self):
        for path in self.schemas():
            with self.subTest(tree.name(path)):
                json.loads(path.read_text())

    def test_every_schema_keeps_to_its_own_language(self):
        import jsonschema
        for path in self.schemas():
            schema = json.loads(path.read_text())
            if "$schema" in schema:
                with self.subTest(tree.name(path)):
                    jsonschema.Draft202012Validator.check_schema(schema)


class Scripts(TidyTest):
    def test_every_lua_file_opens_with_its_contract(self):
        self.assert_none(
            tree.name(path) for path in tree.files("src", suffixes=(".lua",))
            if not path.read_text().startswith("-- "))

    def test_lua_writes_events_of_known_kinds(self):
        table = (tree.ROOT / "src/task/event.cpp").read_text()
        known = set(re.findall(r'\{event_kind::\w+, "(\w+)", \d', table))
        self.assertGreater(len(known), 20, "the table of kinds was not understood")
        told = [(path, code)
                for path in tree.files("src", suffixes=(".lua",))
                for call in re.findall(r"\b(?:add_event|end_task)\((.*?)\)\n", path.read_text(), re.S)
                for code in re.findall(r"'([a-z_]{2,})\|?'", call)]
        self.assertGreater(len(told), 10, "no events were found in the Lua files")
        self.assert_none(f"{tree.name(path)}: event {code}" for path, code in told
                         if code not in known)

    def test_shell_scripts_parse_and_can_be_run(self):
        scripts = ["deploy/quickstart", "deploy/install-packages", "tests/run", ".ci/run"]
        for script in scripts:
            with self.subTest(script):
                path = tree.ROOT / script
                self.assertTrue(os.access(path, os.X_OK), "it has no run bit")
                subprocess.run(["bash", "-n", path], check=True)

    def test_continuous_integration_runs_the_tests(self):
        self.assertIn("./tests/run", (tree.ROOT / ".ci/run").read_text())


class QueueFunctions(TidyTest):
    """The Lua of the queue as Redis gets it, in one piece, and the schema of its arguments."""

    FOLDER = tree.ROOT / "src/queue/redis"
    MOST_LOCALS = 100  # Lua refuses more than 200

    @classmethod
    def setUpClass(cls):
        cls.built = tempfile.TemporaryDirectory()
        cls.library = os.path.join(cls.built.name, "library.lua")
        listed = {"LIB": "functions/lib/*.lua", "OPERATIONS": "functions/*.lua"}
        subprocess.run(
            ["cmake", f"-DSCHEMA={cls.FOLDER / 'schema'}", f"-DOUT={cls.built.name}",
             *(f"-D{name}={';'.join(sorted(map(str, cls.FOLDER.glob(which))))}"
               for name, which in listed.items()),
             "-P", str(cls.FOLDER / "generate.cmake")], check=True)

    @classmethod
    def tearDownClass(cls):
        cls.built.cleanup()

    def test_lua_has_no_globals_nothing_unused_and_nothing_shadowed(self):
        told = subprocess.run(
            ["luacheck", "--std", "lua51", "--read-globals", "redis", "--no-max-line-length",
             "--no-color", "-q", self.library], capture_output=True, text=True)
        self.assertEqual(told.returncode, 0, told.stdout)

    def test_the_library_stays_far_from_the_limit_of_locals(self):
        told = subprocess.run(["luac5.1", "-l", "-p", self.library],
                              capture_output=True, text=True, check=True)
        # Its slots: locals that live at the same time, and a few values under way.
        found = re.search(r"^main .*\n.* (\d+) slots?,", told.stdout, re.MULTILINE)
        self.assertIsNotNone(found, told.stdout[:300])
        self.assertLessEqual(int(found.group(1)), self.MOST_LOCALS)

    def sets_of_arguments(self):
        """Of each function that gets several: the names in one, as the schema orders them."""
        sets = {}
        name, in_set = None, False
        for line in (self.FOLDER / "schema").read_text().splitlines():
            if begun := re.match(r"function (\w+) \w+( batch)?$", line):
                name, in_set = begun.group(1), bool(begun.group(2))
            elif line.startswith("    each "):
                in_set = True
            elif name and in_set and (one := re.match(r"    (?:text|number|flag) (\w+)", line)):
                sets.setdefault(name, []).append(one.group(1))
        return sets

    def test_lua_takes_the_arguments_of_a_set_in_the_order_of_the_schema(self):
        sets = self.sets_of_arguments()
        self.assertGreater(len(sets), 8, "the schema was not understood")
        for name, wanted in sets.items():
            with self.subTest(name):
                text = (self.FOLDER / "functions" / f"{name}.lua").read_text()
                used = re.search(rf"each\.{name}(?:\(|, )(\w+)", text)
                self.assertIsNotNone(used, "it does not go through its arguments")
                taker = "function" if used.group(1) == "function" else f"function {used.group(1)}"
                start = used.start() if taker == "function" else 0
                taken = re.search(rf"\b{taker}\(([^)]*)\)", text[start:])
                self.assertEqual(re.findall(r"\w+", taken.group(1)), wanted)


class Failpoints(TidyTest):
    def test_a_release_has_none(self):
        presets = json.loads((tree.ROOT / "CMakePresets.json").read_text())["configurePresets"]
        with_them = {p["name"] for p in presets
                     if p.get("cacheVariables", {}).get("IMAGINED_FAILPOINTS") == "ON"}
        self.assertEqual(with_them, {"debug", "asan", "tsan"})
        self.assertRegex((tree.ROOT / "CMakeLists.txt").read_text(),
                         r'option\(IMAGINED_FAILPOINTS "[^"]*" OFF\)')
        self.assertNotIn("FAILPOINTS", (tree.ROOT / "deploy/quickstart").read_text())
        # A built one has not even their name in it.
        release = tree.ROOT / "build/imagined"
        if release.exists():
            self.assertNotIn(b"IMAGINED_FAILPOINTS", release.read_bytes())

    def test_nothing_else_of_them_is_outside_the_option(self):
        self.assert_none(
            f"{tree.name(path)} asks whether failpoints are compiled in"
            for path in tree.files("include", "src")
            if re.search(r"#\s*if.*IMAGINED_FAILPOINTS", path.read_text())
            and path.stem != "failpoint")
        text = (tree.ROOT / "src/base/failpoint.cpp").read_text()
        self.assertRegex(text, r"(?s)^#include [^\n]*\n\n#ifdef IMAGINED_FAILPOINTS\n.*#endif\n$")


class Readme(TidyTest):
    def documents(self):
        skipped = {".git", "build", "node_modules", "imagined-data"}
        return sorted(p for p in tree.ROOT.rglob("*.md")
                      if not skipped & set(p.relative_to(tree.ROOT).parts))

    def test_links_lead_somewhere(self):
        link = re.compile(r"\]\(([^)\s]+)\)")
        for path in self.documents():
            for target in link.findall(path.read_text()):
                if re.match(r"[a-z]+:", target) or target.startswith("#"):
                    continue
                with self.subTest(f"{tree.name(path)} -> {target}"):
                    self.assertTrue((path.parent / target.split("#")[0]).exists())

    def test_every_setting_is_documented(self):
        declared = re.compile(r'\{"(\w+)",\s*"(\w+)",', re.DOTALL)
        rows = declared.findall((tree.ROOT / "src/config/definition.cpp").read_text())
        self.assertGreater(len(rows), 40, "the table of settings was not understood")
        text = (tree.ROOT / "README.md").read_text()
        self.assert_none(f"{section}.{key}" for section, key in rows if f"`{key}`" not in text)


if __name__ == "__main__":
    unittest.main()
