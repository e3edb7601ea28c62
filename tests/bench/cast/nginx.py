"""nginx with one answer out of its configuration: what HTTP alone costs."""

import subprocess
from pathlib import Path

from bench.machine import cores
from service.processes import wait_until
from service.client import ask

from .ports import free_port
from .server import Server

LONGEST = 4000  # of an nginx parameter

CONFIGURATION = """
daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/errors crit;
events {{ worker_connections 4096; }}
http {{
    access_log off; keepalive_requests 1000000000; default_type application/json;
    client_body_temp_path {folder}/temp;
    server {{ listen 127.0.0.1:{port} backlog=4096; location / {{ return 200 '{answer}'; }} }}
}}
"""


class Nginx(Server):
    """Answers everything with `answer`, or with as many of its bytes as nginx takes."""

    def __init__(self, directory, answer):
        port = free_port()
        # What is syntax there must not be: the length counts, not the letters.
        plain = "".join("x" if letter in "'\\$" else letter for letter in answer[:LONGEST])
        file = Path(directory) / "nginx.conf"
        file.write_text(CONFIGURATION.format(folder=directory, port=port, answer=plain))
        self.process = subprocess.Popen(
            ["taskset", "-c", str(cores.SERVER), "nginx", "-c", file, "-p", directory],
            stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.url = f"http://127.0.0.1:{port}"
        wait_until(self._answers, "nginx")

    def _answers(self):
        try:
            return ask(self.url).status == 200
        except OSError:
            return False

    @property
    def parts(self):
        return {"service": [self.process.pid]}

    def close(self):
        self.process.terminate()
        self.process.wait()
