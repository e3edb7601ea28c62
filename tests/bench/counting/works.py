"""What is counted: stretches of work that every subject can be asked for."""

from bench.cast.load import all_well

AT_ONCE = 16


class Submit:
    """Accepted, with nobody who works on it."""

    title = "a submit, 16 connections"
    works = False
    images = 1
    picture = "small"
    requests = (640, 320)  # as fast as the machine is; under valgrind

    @staticmethod
    def ask(load, server, count):
        told = load.ask("burst", target=server.url, count=count, connections=AT_ONCE, hooked=False)
        if told["accepted"] != count:
            raise RuntimeError(f"{told['accepted']} of {count} submits were accepted")


class Task:
    """From submit to the last callback, and one picture; the next begins when it has ended."""

    title = "a task, one at a time"
    works = True
    images = 1
    picture = "small"
    requests = (40, 12)

    @staticmethod
    def ask(load, server, count):
        for _ in range(count):
            all_well(load.ask("burst", target=server.url, count=1, connections=1))


class Tasks(Task):
    """The same, 16 at once."""

    title = "a task, 16 at once"
    requests = (320, 96)

    @staticmethod
    def ask(load, server, count):
        for _ in range(count // AT_ONCE):
            all_well(load.ask("burst", target=server.url, count=AT_ONCE, connections=AT_ONCE))


class Imagine(Task):
    """Four pictures of 1024 pixels a side, which become a grid."""

    title = "an imagine of four pictures, one at a time"
    images = 4
    picture = "large"
    requests = (8, 3)


WORKS = {"submit": Submit, "task": Task, "tasks": Tasks, "imagine": Imagine}
