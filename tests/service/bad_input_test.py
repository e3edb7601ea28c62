"""What is refused, how, and that it is always JSON of one shape."""

import base64
import http.client
import json
from urllib.parse import urlsplit

from .client import ERROR, ask
from .scene import A_PNG, Scene

LIMIT = 33554432


class BadInput(Scene):

    def setUp(self):
        super().setUp()
        self.server = self.serve()
        self.client = self.api(self.server)

    def assert_error(self, answer, status, code=4):
        self.assertEqual(answer.status, status, answer)
        told = answer.json()
        ERROR.validate(told)
        self.assertEqual(told["code"], code)

    def test_an_unusable_prompt_is_code_4_and_names_what_is_wrong(self):
        for prompt, word in (
                ("", "prompt"), ("   ", "prompt"), ("--ar 1:1", "prompt"),
                ("a cat --frobnicate 3", "--frobnicate"),
                ("a cat --ar 0:1", "--ar"), ("a cat --ar wide", "--ar"), ("a cat --ar", "--ar"),
                ("a cat --seed -4", "--seed"), ("a cat --chaos 101", "--chaos"),
                ("a cat --q 3", "--q")):
            with self.subTest(prompt):
                self.assert_refused(self.client.imagine(prompt), word)

    def test_the_language_of_a_refusal_follows_the_client(self):
        english = self.client.imagine("", headers={"Accept-Language": "en-US,en;q=0.9"})
        chinese = self.client.imagine("", headers={"Accept-Language": "zh-CN,zh;q=0.9"})
        self.assertTrue(english["description"].isascii(), english)
        self.assertEqual(chinese["description"], "prompt不能为空")

    def test_broken_pictures_are_code_4(self):
        cut = base64.b64encode(A_PNG[:20]).decode()
        for text in ("data:image/png;base64,@@@", "!", "data:image/png;base64,",
                     base64.b64encode(b"no picture at all").decode(), cut):
            with self.subTest(text[:30]):
                self.assert_refused(self.client.imagine("a cat", base64Array=[text]))

    def test_values_of_the_wrong_type_are_code_4(self):
        for body in ({"prompt": 5}, {"prompt": None}, {"prompt": ["a"]}, {},
                     {"prompt": "a", "base64Array": "x"}, {"prompt": "a", "base64Array": [1]},
                     {"prompt": "a", "notifyHook": 3}):
            with self.subTest(str(body)):
                self.assert_refused(self.client.submit("imagine", body))

    def test_what_clients_leave_empty_is_no_error(self):
        told = self.client.submit("imagine", {
            "prompt": "a cat", "base64Array": [], "base64": None, "notifyHook": "", "state": "",
            "accountFilter": {"instanceId": ""}, "botType": "WHATEVER", "unknown": {"x": 1}})
        self.assertIn(told["code"], (1, 22))

    def test_a_body_that_is_not_json_is_400(self):
        for body in (b"", b"{", b"prompt=a", b'{"prompt":"a"} trailing', b'{"prompt":"\xff"}'):
            with self.subTest(str(body)):
                answer = self.client.ask("/mj/submit/imagine", "POST", body,
                                         {"Content-Type": "application/json"})
                self.assert_error(answer, 400)

    def test_a_deeply_nested_body_is_refused(self):
        body = b'{"prompt":' + b"[" * 100000 + b"]" * 100000 + b"}"
        answer = self.client.ask("/mj/submit/imagine", "POST", body)
        self.assertIn(answer.status, (200, 400))
        self.assertEqual(answer.json()["code"], 4)

    def test_a_body_over_the_limit_is_413(self):
        # Declared only: the answer must come without the body having been sent.
        parts = urlsplit(self.server.url)
        link = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
        self.addCleanup(link.close)
        link.putrequest("POST", "/mj/submit/imagine")
        link.putheader("Content-Type", "application/json")
        link.putheader("Content-Length", str(LIMIT + 1))
        link.endheaders()
        answer = link.getresponse()
        self.assertEqual(answer.status, 413)
        ERROR.validate(json.loads(answer.read()))

    def test_a_chunked_body_over_the_limit_is_413(self):
        parts = urlsplit(self.server.url)
        link = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
        self.addCleanup(link.close)
        link.putrequest("POST", "/mj/submit/imagine")
        link.putheader("Transfer-Encoding", "chunked")
        link.endheaders()
        block = b"x" * 1048576
        try:
            for _ in range(33):
                link.send(b"100000\r\n" + block + b"\r\n")
            link.send(b"0\r\n\r\n")
        except (BrokenPipeError, ConnectionResetError):
            pass  # it has answered and does not want the rest
        self.assertEqual(link.getresponse().status, 413)

    def test_a_large_body_within_the_limit_is_read(self):
        # Not as large as it may be: a sanitised build takes long over every byte.
        answer = self.client.ask("/mj/submit/imagine", "POST",
                                 {"prompt": "a cat", "padding": "x" * 2097152})
        self.assertIn(answer.json()["code"], (1, 22))

    def test_headers_over_the_limit_are_431(self):
        answer = self.client.ask("/mj/task/list", headers={"X-Long": "x" * 20000})
        self.assert_error(answer, 431)

    def test_unknown_ids_are_404(self):
        for task_id in ("1234567890123456", "1", "no-id", "../../etc/passwd"):
            with self.subTest(task_id):
                self.assert_error(self.client.ask(f"/mj/task/{task_id}/fetch"), 404)
        self.assert_error(self.client.ask("/mj/image/1234567890123456"), 404)

    def test_unknown_paths_are_404_and_wrong_methods_405(self):
        self.assert_error(self.client.ask("/nowhere"), 404)
        self.assert_error(self.client.ask("/mj/submit/nothing", "POST", {}), 404)
        wrong = self.client.ask("/mj/submit/imagine", "GET")
        self.assert_error(wrong, 405)
        self.assertIn("POST", wrong.headers["Allow"])

    def test_a_missing_parent_is_code_4(self):
        told = self.client.submit(
            "change", {"taskId": "1234567890123456", "action": "UPSCALE", "index": 1})
        self.assert_refused(told)

    def test_a_change_that_makes_no_sense_is_code_4(self):
        task = self.client.draw("a cat")
        for body in ({"taskId": task["id"], "action": "EXPLODE", "index": 1},
                     {"taskId": task["id"], "action": "UPSCALE", "index": 5},
                     {"taskId": task["id"], "action": "UPSCALE"}, {"action": "REROLL"}):
            with self.subTest(str(body)):
                self.assert_refused(self.client.submit("change", body))
        for content in ("", task["id"], f"{task['id']} X1", f"{task['id']} U9"):
            with self.subTest(content):
                self.assert_refused(self.client.submit("simple-change", {"content": content}))

    def test_a_hook_that_is_not_public_is_code_4_and_names_the_setting(self):
        for hook in ("http://127.0.0.1:1/x", "http://localhost/x", "http://10.0.0.1/x",
                     "http://169.254.169.254/latest", "http://[::1]/x", "ftp://example.com/x"):
            with self.subTest(hook):
                told = self.client.imagine("a cat", notifyHook=hook)
                self.assert_refused(told, *([] if hook.startswith("ftp") else ["callback.allow"]))

    def test_banned_words_are_code_24_as_they_were_written(self):
        (self.directory / "banned.txt").write_text("gore\n")
        self.server.stop()
        server = self.serve(config='[imagine]\nbanned_words = "banned.txt"\n')
        told = self.api(server).imagine("a field of GORE and flowers")
        self.assertEqual(told["code"], 24)
        self.assertEqual(told["properties"]["bannedWord"], "GORE")
        self.assertIn(self.api(server).imagine("category theory")["code"], (1, 22))

    def test_the_server_survives_all_of_it(self):
        self.assertEqual(ask(self.server.url + "/healthz").status, 200)
