"""Chooses what breaks next. Every fault ends before the next one begins, but their consequences
overlap: a restarted Redis meets a worker that has just died."""

import collections
import os
import signal
import time

POINTS = ["queue.claim.after", "queue.calling.before", "queue.calling.after",
          "http.post.first_byte.before", "http.post.first_byte.after", "backend.call.answered",
          "queue.stored.before", "queue.stored.after", "store.sync.before", "store.rename.before",
          "store.directory_sync.after", "queue.finish.before", "queue.finish.after",
          "queue.outbox_claim.after", "callback.deliver.before", "callback.deliver.after",
          "queue.outbox_delivered.before"]


class Nemesis:
    def __init__(self, town, log):
        self.town, self.dice, self.log = town, town.dice, log
        self.done = collections.Counter()
        self.faults = [
            self.kill_worker, self.kill_worker, self.die_at_point, self.die_at_point,
            self.freeze_worker, self.freeze_at_point, self.drain_worker, self.kill_api,
            self.kill_redis, self.flush_scripts, self.cut_connections, self.pause_redis,
            self.exhaust_memory, self.make_read_only]

    def run_until(self, end):
        while time.monotonic() < end:
            fault = self.dice.choice(self.faults)
            self.log(f"nemesis: {fault.__name__}")
            fault()
            self.done[fault.__name__] += 1
            time.sleep(self.dice.uniform(0.3, 2.0))
            self.town.man()
        for armed in self.town.points.iterdir():
            armed.unlink(missing_ok=True)
        self.town.man()

    def hold(self, least=0.5, most=3.0):
        time.sleep(self.dice.uniform(least, most))

    def arm(self, action):
        point = self.dice.choice(POINTS)
        new = self.town.points / f"{point}.new"
        new.write_text(action)
        os.rename(new, self.town.points / point)
        self.hold()

    # -- Faults --------------------------------------------------------------------------------

    def kill_worker(self):
        self.town.kill(self.dice.choice(self.town.workers))

    def die_at_point(self):
        self.arm("kill")

    def freeze_at_point(self):
        self.arm("stop")
        self.hold(1.0, 5.0)

    def freeze_worker(self):
        worker = self.dice.choice(self.town.workers)
        if worker.child.poll() is None:
            worker.signal(signal.SIGSTOP)
            self.hold(1.0, 5.0)
            worker.signal(signal.SIGCONT)

    def drain_worker(self):
        worker = self.dice.choice(self.town.workers)
        if worker.child.poll() is None:
            self.town.drain(worker)

    def kill_api(self):
        self.town.restart_api()

    def kill_redis(self):
        self.town.redis.kill()
        self.hold(0.0, 3.0)
        self.town.redis.start()

    def flush_scripts(self):
        self.redis("FUNCTION", "FLUSH")

    def cut_connections(self):
        self.redis("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        self.redis("CLIENT", "KILL", "TYPE", "pubsub", "SKIPME", "yes")

    def pause_redis(self):
        self.redis("CLIENT", "PAUSE", "2000")
        time.sleep(2)

    def exhaust_memory(self):
        self.redis("CONFIG", "SET", "maxmemory", "1")
        self.hold()
        self.redis("CONFIG", "SET", "maxmemory", "0")

    def make_read_only(self):
        self.redis("REPLICAOF", "127.0.0.1", "1")
        self.hold()
        self.redis("REPLICAOF", "NO", "ONE")

    def redis(self, *words):
        end = time.monotonic() + 30
        while True:
            try:
                return self.town.redis.command(*words)
            except OSError:  # it is just being started
                if time.monotonic() > end:
                    raise
                time.sleep(0.05)
