"""What is written to the log, and what a log costs that nobody reads."""

import os
import re
import signal
import socket
import subprocess
from concurrent.futures import ThreadPoolExecutor

from .client import ask
from .processes import BINARY, STOP_LIMIT, clean_environment, wait_until
from .scene import Scene

PROMPT = "a cat " * 400
SUBMITS = 1200


class UnreadLog(Scene):
    def start_unread(self):
        """A server whose standard error is a pipe that is full before long."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            address = f"127.0.0.1:{free.getsockname()[1]}"
        self.reading, writing = os.pipe()
        child = subprocess.Popen(
            [BINARY, "serve", f"--server.listen={address}", "--log.prompts=true",
             f"--data.dir={self.directory}/data"],
            cwd=self.directory, env=clean_environment(), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=writing)
        os.close(writing)
        self.addCleanup(self.end, child)
        self.url = f"http://{address}"
        wait_until(self.is_ready, "the server")
        return child

    def is_ready(self):
        try:
            return ask(self.url + "/readyz").status == 200
        except ConnectionError:
            return False

    def end(self, child):
        if child.poll() is None:
            child.kill()
        child.wait()
        if self.reading is not None:
            os.close(self.reading)

    def fill(self):
        for number in range(SUBMITS):
            # Nothing is drawn: how long pictures take is not the question.
            answer = ask(self.url + "/mj/submit/shorten", "POST", {"prompt": PROMPT})
            self.assertEqual(answer.json()["code"], 1)
            if number % 100 == 0:
                self.assertEqual(ask(self.url + "/healthz").status, 200)
        self.assertEqual(ask(self.url + "/healthz").status, 200)

    def dropped(self):
        text = ask(self.url + "/metrics").body.decode()
        return float(re.search(r"^imagined_log_lines_dropped_total (\S+)$", text, re.M).group(1))

    def test_a_log_that_nobody_reads_stops_nothing(self):
        child = self.start_unread()
        self.assertEqual(self.dropped(), 0)
        self.fill()
        self.assertGreater(self.dropped(), 0)
        child.send_signal(signal.SIGTERM)
        self.assertEqual(child.wait(STOP_LIMIT), 0)

    def test_what_was_dropped_is_told_once_somebody_reads(self):
        child = self.start_unread()
        self.fill()
        dropped = self.dropped()
        text = b""
        told = None
        while told is None:
            piece = os.read(self.reading, 65536)
            self.assertNotEqual(piece, b"")
            text += piece
            told = re.search(rb'lines are missing lines="(\d+)"', text)
        self.assertGreaterEqual(int(told.group(1)), dropped)
        self.assertGreater(text.count(b"task accepted"), 100)
        child.kill()


class Lines(Scene):
    def test_no_character_of_a_stranger_ends_or_turns_a_line(self):
        server = self.serve("--log.prompts=true")
        told = self.api(server).imagine("a\u2028b\u202ec\u2066d\u200be\u0085f\nINFO forged")
        self.assertIn(told["code"], (1, 22))
        line = server.wait_for_line("task accepted.*").group(0)
        self.assertIn(r"\u2028", line)
        self.assertIn("forged", line)
        for bad in "\u2028\u202e\u2066\u200b\u0085":
            self.assertNotIn(bad, server.log)

    def test_one_kind_of_trouble_is_one_line_a_second_with_a_count(self):
        redis = self.redis()
        server = self.serve(config=f'[redis]\nurl = "{redis.url}"\n')
        api = self.api(server)
        redis.stop()
        sent = 60  # each waits a while for Redis to come back
        with ThreadPoolExecutor(20) as pool:
            for answer in pool.map(lambda _: api.ask("/mj/task/list"), range(sent)):
                self.assertGreaterEqual(answer.status, 500)
        self.until(lambda: self.counted(server) >= sent, "all of it to be told")
        lines = [one for one in server.lines if "a request failed" in one]
        # One a second is told; each of the others is in the count of a later one, of which there
        # may be as many as there were seconds.
        seconds = [one.split(".")[0] for one in lines if "doing" in one]
        self.assertLessEqual(max(map(seconds.count, seconds)), 2)

    def counted(self, server):
        """Of the warning, with those that were suppressed."""
        total = 0
        for line in server.lines:
            if "a request failed" in line:
                more = re.search(r'suppressed="(\d+)"', line)
                total += int(more.group(1)) if more else 0
                total += 1 if "doing" in line else 0
        return total
