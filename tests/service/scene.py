"""What a test of the running program stands on: directories, processes and clients, all of which
are taken down again when the test ends."""

import io
import socket
import unittest
from pathlib import Path

from PIL import Image

from .client import Api, Sandbox, Sink
from .processes import Imagined, Redis, clean_environment, short_directory, wait_until

A_PNG = io.BytesIO()
Image.new("RGB", (64, 64), (200, 30, 30)).save(A_PNG, "PNG")
A_PNG = A_PNG.getvalue()


class Scene(unittest.TestCase):
    def setUp(self):
        holder = short_directory()
        self.addCleanup(holder.cleanup)
        self.directory = Path(holder.name)

    # -- Processes ---------------------------------------------------------------------------

    def start(self, *arguments, environment=None, **more):
        process = Imagined(*arguments, directory=self.directory, environment=environment, **more)
        self.addCleanup(process.kill)
        return process

    def serve(self, *arguments, config="", name="imagined", environment=None, **more):
        """A ready `imagined serve` on a free port, with `config` as its file."""
        file = self.directory / f"{name}.toml"
        file.write_text(config)
        settings = [] if any(a.startswith("--server.listen") for a in arguments) else [
            "--server.listen=127.0.0.1:0"]
        process = self.start("serve", f"--config={file}", *settings, *arguments,
                             environment=environment or clean_environment(), **more)
        return process.wait_ready()

    def serve_as(self, public_url, **more):
        """A server that hands out addresses below `public_url`; its own is `url` all the same."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            listen = f"127.0.0.1:{free.getsockname()[1]}"
        server = self.serve(
            f"--server.listen={listen}", f"--server.public_url={public_url}", **more)
        server.url = f"http://{listen}"
        return server

    def sandbox(self, *arguments):
        """A ready `imagined sandbox` and its ledger."""
        process = self.start("sandbox", "--listen=127.0.0.1:0", *arguments).wait_ready()
        return Sandbox(process.url)

    def redis(self, *more):
        directory = self.directory / "redis"
        directory.mkdir()
        redis = Redis(directory, *more)
        self.addCleanup(redis.stop)
        return redis

    def sink(self, statuses=()):
        sink = Sink(statuses)
        self.addCleanup(sink.close)
        return sink

    def api(self, process, key=None, prefix=""):
        return Api(process.url, key, prefix)

    # -- Expectations ------------------------------------------------------------------------

    def assert_refused(self, told, *words):
        """A submit answer of code 4 whose description names each word."""
        self.assertEqual(told["code"], 4, told)
        self.assertIsNone(told["result"])
        for word in words:
            self.assertIn(word, told["description"])

    def until(self, condition, what):
        wait_until(condition, what)

    def assert_ends_well(self, process):
        self.assertEqual(process.stop(), 0, process.log)


def backend(sandbox, dialect="official", **more):
    """The [[backend]] of a sandbox that speaks `dialect`."""
    settings = {"name": f"{dialect}-1", "dialect": dialect,
                "base_url": f"{sandbox.url}/{dialect}", "keys": ["k-1"], **more}
    return "\n[[backend]]\n" + "".join(
        f"{name} = {spelled(setting)}\n" for name, setting in settings.items())


def spelled(setting):
    """A Python value in TOML."""
    if isinstance(setting, bool):
        return "true" if setting else "false"
    if isinstance(setting, (int, float)):
        return str(setting)
    if isinstance(setting, (list, tuple)):
        return "[" + ", ".join(map(spelled, setting)) + "]"
    return '"' + str(setting).replace("\\", "\\\\").replace('"', '\\"') + '"'


def open_picture(data):
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


def quarters(picture):
    """The four cells of a 2x2 grid, in reading order."""
    width, height = picture.width // 2, picture.height // 2
    return [picture.crop((x, y, x + width, y + height)).convert("RGB")
            for y in (0, height) for x in (0, width)]
