"""What a Redis was asked to do, by its own account: commands, those inside of functions too, and
bytes that it wrote to its log."""

import re

# What we ask in order to know it.
OURS = ("info",)


def read_commands(text):
    """Of INFO commandstats."""
    return sum(int(calls) for name, calls in re.findall(
        r"^cmdstat_([^:]+):calls=(\d+)", text, re.MULTILINE) if name not in OURS)


def read_log_bytes(text):
    """Of INFO persistence; -1 while the log is rewritten, when its size is no count."""
    found = dict(re.findall(r"^(\w+):(\d+)", text, re.MULTILINE))
    return -1 if found["aof_rewrite_in_progress"] != "0" else int(found["aof_current_size"])


class Counter:
    def __init__(self, redis):
        self.redis = redis
        self.before = None

    def start(self):
        self.before = self._look()

    def stop(self):
        commands, size = self._look()
        if min(size, self.before[1]) < 0 or size < self.before[1]:
            raise RuntimeError("Redis has rewritten its log meanwhile")
        return {"commands": commands - self.before[0], "log bytes": size - self.before[1]}

    def _look(self):
        return (read_commands(self.redis.ask("INFO", "commandstats").decode()),
                read_log_bytes(self.redis.ask("INFO", "persistence").decode()))
