"""A measured server: whoever it is, scenarios ask it the same things."""

import re

from bench.machine import proc


def bare(_):
    """How a server starts the process of that name ("service 0", "redis 0"): as it is."""
    return []


class Server:
    """Its processes are on the server's core from the start; close() leaves none behind."""

    url = ""     # what takes submits and answers fetches
    redis = None  # service.processes.Redis
    queue = ()   # the command that counts its waiting tasks
    took = 0.0   # seconds from its command to the moment it was ready

    @property
    def parts(self):
        """Process ids for the meter: "service", and "redis" where it has one."""
        raise NotImplementedError

    @property
    def worker(self):
        """The process id of whom calls the upstream."""
        raise NotImplementedError

    def close(self):
        raise NotImplementedError

    def waiting(self):
        return int(self.redis.ask(*self.queue))

    def redis_bytes(self):
        return self._info("memory", "used_memory")

    def rewrites_its_log(self):
        return self._info("persistence", "aof_rewrite_in_progress") != 0

    def _info(self, section, name):
        text = self.redis.ask("INFO", section).decode()
        return int(re.search(rf"^{name}:(\d+)", text, re.MULTILINE)[1])

    def resident_kb(self):
        return sum(map(proc.resident_kb, self.parts["service"]))

    def wake_ups(self):
        return sum(map(proc.wake_ups, self.parts["service"]))
