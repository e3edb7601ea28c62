"""The processes of a soak: a Redis, a sandbox, an API and three workers, each of which may be lost
and comes back at the same place; and the receiver of callbacks."""

import base64
import hashlib
import hmac
import http.server
import json
import os
import random
import signal
import socket
import threading
import time
from pathlib import Path

from service.client import Sandbox
from service.processes import Imagined, Redis, clean_environment, run_imagined, short_directory
from service.scene import backend, spelled

LEASE = 2
CALL_TIMEOUT = 6
CONCURRENCY = 6
QUEUE_LIMIT = 120
KEY = b"a key of the soak, of 32 bytes.."
WORKERS = 3


class Receiver:
    """Notes every delivery; refuses or delays some."""

    def __init__(self, dice):
        self.events, self.lock = [], threading.Lock()
        self.fickle = True
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with receiver.lock:
                    roll = dice.random() if receiver.fickle else 1
                    status = 500 if roll < 0.1 else 200
                    receiver.events.append(receiver.note(self.headers, body, status))
                if 0.1 <= roll < 0.13:
                    time.sleep(1.5)
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.address = f"127.0.0.1:{self.server.server_port}"
        self.url = f"http://{self.address}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @staticmethod
    def note(headers, body, status):
        ident, stamp = headers["webhook-id"], headers["webhook-timestamp"]
        signed = f"{ident}.{stamp}.".encode() + body
        wanted = "v1," + base64.b64encode(hmac.new(KEY, signed, hashlib.sha256).digest()).decode()
        task = json.loads(body)
        return {"id": ident, "task": task["id"], "sequence": int(ident.rsplit("-", 1)[1]),
                "status": task["status"], "answer": status,
                "verified": headers.get("webhook-signature") == wanted,
                "age": abs(time.time() - int(stamp))}


class Trap:
    """An address on this machine that callback.allow does not name: nobody may come."""

    def __init__(self):
        self.visitors = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = "http://127.0.0.1:%d/" % self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        try:
            while True:
                link, who = self.listener.accept()
                self.visitors.append(f"a visit from {who}")
                link.close()
        except OSError:
            pass


class Town:
    def __init__(self, seed):
        self.dice = random.Random(seed)
        self.holder = short_directory()
        self.directory = Path(self.holder.name)
        for name in ("redis", "points"):
            (self.directory / name).mkdir()
        self.points = self.directory / "points"
        self.redis = Redis(self.directory / "redis")
        self.sandbox_process = Imagined(
            "sandbox", "--listen=127.0.0.1:0", "--delay=150ms", directory=self.directory)
        self.sandbox = Sandbox(self.sandbox_process.wait_ready().url)
        self.receiver = Receiver(random.Random(seed + 1))
        self.trap = Trap()
        secret = "whsec_" + base64.b64encode(KEY).decode()
        self.config = self.directory / "imagined.toml"
        self.config.write_text(
            f'[redis]\nurl = "{self.redis.url}"\n[data]\ndir = "{self.directory}/data"\n'
            f'[worker]\nlease = "{LEASE}s"\nqueue_limit = {QUEUE_LIMIT}\n[imagine]\nimages = 1\n'
            f'[callback]\nallow = {spelled([self.receiver.address])}\n'
            f'secrets = {spelled([secret])}\n'
            f'schedule = {spelled(["0s"] + ["500ms"] * 60)}\n'
            + backend(self.sandbox, timeout=f"{CALL_TIMEOUT}s", concurrency=CONCURRENCY))
        self.api = self.begin("api").wait_ready()
        self.listen = self.api.url.removeprefix("http://")
        self.workers = [self.begin("worker").wait_ready() for _ in range(WORKERS)]
        self.deaths = {}  # pid -> when it was killed
        self.bad_ends = []

    def begin(self, role, listen="127.0.0.1:0"):
        return Imagined(
            "serve", f"--role={role}", f"--config={self.config}", f"--server.listen={listen}",
            directory=self.directory,
            environment=clean_environment(IMAGINED_FAILPOINTS=str(self.points)))

    def kill(self, process):
        self.deaths[process.child.pid] = time.time()
        process.kill()

    def restart_api(self):
        self.kill(self.api)
        self.api = self.begin("api", self.listen).wait_ready()

    def drain(self, worker):
        """A polite end; anything but exit code 0 is told."""
        code = worker.stop()
        if code != 0:
            self.bad_ends.append(f"a worker left with {code}: {worker.log[-500:]}")

    def man(self):
        """Every worker is there again; those that froze or died at a failpoint too."""
        for place, worker in enumerate(self.workers):
            if worker.child.poll() is None and stopped(worker.child.pid):
                worker.signal(signal.SIGCONT)
            if worker.child.poll() is not None:
                self.deaths.setdefault(worker.child.pid, time.time())
                worker.kill()
                self.workers[place] = self.begin("worker").wait_ready()

    def command(self, *words):
        told = run_imagined(*words, f"--config={self.config}", directory=self.directory)
        return told.returncode, told.stdout + told.stderr

    def show(self, task_id):
        """The task as it stands in Redis (src/queue/README.md), read without the program."""
        def ask(command, key, *more):
            return self.redis.ask(command, "imagined:{0}:" + key + ":" + task_id, *more)

        def pairs(flat):
            words = [word.decode(errors="replace") for word in flat]
            return dict(zip(words[::2], words[1::2], strict=True))

        task, calls, history = pairs(ask("HGETALL", "t")), [], []
        for name, text in sorted(pairs(ask("HGETALL", "c")).items()):
            if name.startswith("m"):
                state, _, _, started, deadline, _ = text.split("|", 5)
                calls.append({"state": state, "started": int(started), "deadline": int(deadline)})
        for text in ask("LRANGE", "h", "0", "-1"):
            sequence, at, what = text.decode(errors="replace").split("|", 2)
            history.append({"sequence": int(sequence), "at": int(at), "text": what})
        return {"state": task.get("s"), "finished": int(task.get("f", 0)), "calls": calls,
                "history": history}

    def close(self):
        for process in [self.api, *self.workers, self.sandbox_process]:
            process.kill()
        self.redis.stop()
        self.receiver.server.shutdown()
        self.trap.listener.close()
        self.holder.cleanup()


def stopped(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            return file.read().rsplit(")", 1)[1].split()[0] == "T"
    except FileNotFoundError:
        return False


assert os.name == "posix"
