"""What the web UI of trueai-org/midjourney-proxy asks for beside drawing: it signs in by one of our
keys, reads, and changes nothing."""

import datetime
import json

from .client import ask
from .scene import Scene, backend

OPERATOR = "the-key-of-the-operator"
BOT = "the-key-of-a-wechat-bot"
CONFIG = f'''[server]
api_keys = ["{OPERATOR}"]
[[caller]]
name = "bot"
key = "{BOT}"
'''


class WebUi(Scene):
    def setUp(self):
        super().setUp()
        self.server = self.serve(config=CONFIG + backend(self.sandbox()))

    def post(self, path, body, key=None, **headers):
        if key:
            headers["mj-api-secret"] = key
        return ask(self.server.url + path, "POST", json.dumps(body).encode(),
                   {"Content-Type": "application/json", **headers})

    def get(self, path, key=None):
        return ask(self.server.url + path, headers={"mj-api-secret": key} if key else {})

    def test_it_signs_in_with_a_key_and_is_told_its_name(self):
        for key, name in ((OPERATOR, "operator"), (BOT, "bot")):
            told = self.post("/mj/admin/login", key)
            self.assertEqual((told.status, told.json()), (200, {"code": 1, "apiSecret": key}))
            self.assertIsNone(told.headers["Set-Cookie"])
            who = self.get("/mj/admin/current", key).json()
            self.assertEqual((who["name"], who["access"], who["active"]), (name, "", True))

    def test_a_wrong_key_is_refused_in_the_words_that_it_shows(self):
        for wrong in ("nobody's key", "", "line\nbreak", 7, None, {"key": OPERATOR}):
            told = self.post("/mj/admin/login", wrong, **{"Accept-Language": "en"})
            self.assertEqual(told.status, 200, wrong)
            self.assertIs(told.json()["success"], False, wrong)
            self.assertNotEqual(told.json()["code"], 1)
            self.assertTrue(told.json()["message"])
        for path in ("/mj/admin/current", "/mj/admin/accounts"):
            self.assertEqual(self.get(path).status, 401)
        self.assertEqual(self.post("/mj/admin/tasks", {}).status, 401)
        self.assertEqual(self.post("/mj/admin/login", "k" * 8000).status, 413)

    def test_its_task_page_is_searched_and_turned(self):
        api = self.api(self.server, BOT)
        foxes = [api.draw(f"a fox {n} --ar 3:2")["id"] for n in range(3)]
        bear = api.draw("a bear")
        ended = api.submit("action", {"taskId": bear["id"],
                                      "customId": bear["buttons"][0]["customId"]})["result"]
        self.api(self.server, OPERATOR).draw("another's")

        def search(key=BOT, pages=None, **wanted):
            told = self.post("/mj/admin/tasks", {
                "pagination": pages or {"current": 1, "pageSize": 10},
                "sort": {"predicate": "", "reverse": True}, "search": wanted}, key)
            self.assertEqual(told.status, 200, told)
            return told.json()

        def ids(told):
            return [one["id"] for one in told["list"]]

        whole = search()
        self.assertEqual(ids(whole), [ended, bear["id"], *reversed(foxes)])
        self.assertEqual(whole["pagination"],
                         {"current": 1, "pageSize": 10, "total": 5, "pageCount": 1})
        self.assertEqual(whole["extendData"]["actionStats"], {"IMAGINE": 4, "UPSCALE": 1})
        self.assertEqual(whole["list"][0]["displays"]["status"], "成功")
        self.assertEqual(ids(search(description="fox")), foxes[::-1])
        self.assertEqual(ids(search(action="UPSCALE")), [ended])
        self.assertEqual(ids(search(id=foxes[1])), [foxes[1]])
        self.assertEqual(ids(search(status="FAILURE")), [])
        second = search(pages={"current": 2, "pageSize": 2})
        self.assertEqual(ids(second), [foxes[2], foxes[1]])
        self.assertEqual(second["pagination"]["pageCount"], 3)
        today = datetime.datetime.now(datetime.timezone.utc).date()
        day = datetime.timedelta(days=1)
        self.assertEqual(len(ids(search(submitTimeStart=str(today - day),
                                        submitTimeEnd=str(today + day)))), 5)
        self.assertEqual(ids(search(submitTimeEnd=str(today - 2 * day))), [])
        self.assertEqual(search(OPERATOR)["pagination"]["total"], 6)
        refused = search(submitTimeStart="yesterday")
        self.assertIs(refused["success"], False)
        self.assertIn("submitTimeStart", refused["message"])

    def test_its_home_counts_what_the_reader_may_see(self):
        self.api(self.server, BOT).draw("a fox")
        for key, drawn in ((None, 0), (BOT, 1), (OPERATOR, 1)):
            home = self.get("/mj/home", key).json()
            self.assertIs(home["success"], True)
            self.assertEqual(home["data"]["totalDraw"], drawn, key)
            self.assertEqual(home["data"]["tops"], {})
            self.assertIs(home["data"]["isGuest"], False)

    def test_its_accounts_are_one_and_without_secrets(self):
        [account] = self.get("/mj/admin/accounts", BOT).json()
        self.assertEqual((account["id"], account["enable"], account["lock"]),
                         ("imagined", True, False))
        self.assertNotIn("k-1", json.dumps(account))
