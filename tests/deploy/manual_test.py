"""The man page and the completion: they come from the command line's own definition, and say all
of it."""

import re
import subprocess
import unittest

from service.processes import BINARY, clean_environment, run_imagined, short_directory

COMMANDS = ("serve", "sandbox", "check-config", "config", "config init", "health", "task",
            "task list", "task show", "task cancel", "task retry", "task retry-callback", "queue",
            "audit", "version", "completion", "manual")

OWN = ("--config", "--role", "--listen", "--delay", "--dialect", "--org-pictures", "--help",
       "--ready", "--status", "--caller", "--since", "--follow")


def told(*arguments):
    done = run_imagined(*arguments, directory="/")
    assert done.returncode == 0, done.stderr
    return done.stdout


def options_of(command):
    return set(re.findall(r"(?<![\w-])--[a-z][a-z-]+(?![\w.-])", told(*command.split(), "--help")))


class Manual(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        holder = short_directory()
        cls.addClassCleanup(holder.cleanup)
        cls.page = f"{holder.name}/imagined.1"
        cls.text = told("manual")
        with open(cls.page, "w", encoding="utf-8") as page:
            page.write(cls.text)

    def run_tool(self, *command):
        return subprocess.run(command, capture_output=True, text=True, check=False,
                              env=clean_environment(LC_ALL="C.UTF-8", MANWIDTH="80"))

    def test_no_formatter_complains(self):
        self.assertEqual(self.run_tool("mandoc", "-T", "lint", "-W", "warning", self.page).stdout, "")
        shown = self.run_tool("man", "--warnings", "-l", self.page)
        self.assertEqual((shown.stderr, shown.returncode), ("", 0))
        self.assertIn("imagined task retry-callback", shown.stdout)

    def test_it_is_plain_ascii(self):
        self.assertTrue(self.text.isascii())

    def test_every_command_option_and_setting_is_in_it(self):
        page = self.text.replace("\\-", "-")
        for command in COMMANDS:
            with self.subTest(command):
                part = re.search(rf'^\.SS "imagined {command}"\n(.*?)(?=^\.S[SH])', page,
                                 re.M | re.S)
                self.assertTrue(part)
                for option in options_of(command) & set(OWN):
                    self.assertIn(f"\\fB{option}\\fR", part.group(1))
        for name in re.findall(r"^  --(\w+\.\w+)", told("serve", "--help"), re.M):
            self.assertIn(f"\n\\fB{name}\\fR\n", page)
        for name in ("caller.max_running", "backend.dialect", "server.max_body_bytes"):
            self.assertIn(f"\n\\fB{name}\\fR\n", page)

    def test_the_program_has_no_other_commands(self):
        listed = re.findall(r"^  ([a-z][\w-]+) {2,}", told("--help"), re.M)
        self.assertEqual(set(listed), {name for name in COMMANDS if " " not in name})


class Completion:
    """What every shell offers for the last of some words: see complete()."""

    def run_shell(self, *command):
        done = subprocess.run(command, capture_output=True, text=True, check=False,
                              env=clean_environment())
        self.assertEqual((done.stderr, done.returncode), ("", 0))
        return done.stdout.splitlines()

    def test_commands(self):
        self.assertLessEqual({"serve", "task", "queue"}, self.complete(""))
        self.assertEqual(self.complete("se"), {"serve"})
        self.assertEqual(self.complete("task", "retr"), {"retry", "retry-callback"})
        self.assertEqual(self.complete("config", ""), {"init"})
        self.assertEqual(self.complete("completion", "b"), {"bash"})

    def test_options_of_a_command_and_of_the_one_above(self):
        self.assertEqual(self.complete("serve", "--ro"), {"--role"})
        self.assertEqual(self.complete("queue", "--j"), {"--json"})
        self.assertEqual(self.complete("task", "show", "--j"), {"--json"})
        self.assertEqual(self.complete("task", "list", "--s"), {"--since", "--status"})
        self.assertEqual(self.complete("sandbox", "--d"), {"--delay", "--dialect"})
        self.assertEqual(self.complete("health", "--re"), {"--ready"})

    def test_values(self):
        self.assertEqual(self.complete("serve", "--role", ""), {"all", "api", "worker"})
        self.assertEqual(self.complete("serve", "--role", "w"), {"worker"})
        self.assertEqual(self.complete("task", "list", "--status", "SU"),
                         {"SUBMITTED", "SUCCESS"})

    def test_settings(self):
        self.assertEqual(self.complete("serve", "--server.l"), {"--server.listen"})
        self.assertIn("--worker.lease", self.complete("serve", "--worker.le"))

    def test_every_setting_is_offered(self):
        offered = self.complete("serve", "--server.")
        named = re.findall(r"^  (--server\.\w+)", told("serve", "--help"), re.M)
        self.assertEqual(offered, set(named))
        self.assertGreater(len(named), 5)


class Bash(Completion, unittest.TestCase):
    def complete(self, *words):
        """It offers options beside commands; the others only once a hyphen is there."""
        return {word.removesuffix("=") for word in self.complete_as_is(*words)
                if words[-1].startswith("-") or not word.startswith("-")}

    def complete_as_is(self, *words):
        split = [part for word in words for part in re.split(r"(=)", word) if part]
        if words[-1] == "":
            split.append("")
        script = ('source <("$0" completion bash) && COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) && '
                  '_imagined && printf "%s\\n" "${COMPREPLY[@]}"')
        return set(self.run_shell("bash", "-c", script, BINARY, "imagined", *split))

    def test_options_of_the_program_itself(self):
        self.assertLessEqual({"serve", "--version"}, self.complete_as_is(""))

    def test_values_behind_an_equals_sign(self):
        self.assertEqual(self.complete("serve", "--role=", ), {"all", "api", "worker"})
        self.assertEqual(self.complete("serve", "--role=a"), {"all", "api"})

    def test_a_setting_goes_on_with_its_value(self):
        self.assertEqual(self.complete_as_is("serve", "--server.l"), {"--server.listen="})


# What the completion system of zsh is asked for, without a terminal to ask in.
ZSH = """
offer() { for one in "$@"; [[ $one == $current* ]] && print -r -- $one }
compadd() { while [[ $1 != -- ]]; do shift; done; shift; offer "$@" }
compset() { current=${current#*=} }
compdef() { }
_files() { print -r -- files }
_describe() { local one; for one in ${(P)2}; do offer "${one%%:*}"; done }
source <("$0" completion zsh) || exit
words=("$@") CURRENT=$#
current=$words[CURRENT]
_imagined || true
"""


class Zsh(Completion, unittest.TestCase):
    def complete(self, *words):
        offered = self.run_shell("zsh", "-f", "-c", ZSH, BINARY, "imagined", *words)
        return {word.removesuffix("=") for word in offered}

    def test_values_behind_an_equals_sign(self):
        self.assertEqual(self.complete("serve", "--role=a"), {"all", "api"})

    def test_files(self):
        self.assertEqual(self.complete("serve", "--config", ""), {"files"})

    def test_what_is_offered_is_told(self):
        self.assertIn("'serve:run the HTTP API, the workers, callbacks'",
                      told("completion", "zsh"))


class Fish(Completion, unittest.TestCase):
    def complete(self, *words):
        line = " ".join(["imagined", *words])
        script = "source ($argv[1] completion fish | psub); complete -C $argv[2]"
        offered = self.run_shell("fish", "--no-config", "-c", script, BINARY, line)
        return {one.split("\t")[0].split("=")[-1] for one in offered}

    def test_values_behind_an_equals_sign(self):
        self.assertEqual(self.complete("serve", "--role=a"), {"all", "api"})
