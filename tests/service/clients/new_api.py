"""new-api, the relay in front of most traffic, as strict as its Go code: one value of a wrong type
makes it drop a whole answer, and an id that it did not ask for ends its poller."""

import json

# The fields of its task, with Go's types. null leaves any of them as it was; a name is matched in
# any case; unknown names are skipped.
TASK = {
    "id": str, "action": str, "customId": str, "botType": str, "prompt": str, "promptEn": str,
    "description": str, "state": str, "submitTime": int, "startTime": int, "finishTime": int,
    "imageUrl": str, "videoUrl": str, "videoUrls": [{"url": str}], "status": str, "progress": str,
    "failReason": str, "buttons": object, "maskBase64": str,
    "properties": {"finalPrompt": str, "finalZhPrompt": str},
}
SUBMITTED = {"code": int, "description": str, "properties": object, "result": str}
UPLOADED = {"code": int, "description": str, "result": [str]}
ZERO = {str: "", int: 0, object: None}
INT64 = range(-2**63, 2**63)


class CannotDecode(AssertionError):
    """json.Unmarshal would have returned an error, and nothing of the answer would be used."""


def decode(text, shape):
    """What json.Unmarshal makes of the text."""
    try:
        value = json.loads(text, parse_constant=_no_constant)
    except ValueError as wrong:
        raise CannotDecode(f"{wrong}: {text[:300]!r}") from None
    return _fill(value, shape, "answer")


def _no_constant(word):
    raise ValueError(f"{word} is not JSON")


def _zero(shape):
    if isinstance(shape, dict):
        return {name: _zero(inner) for name, inner in shape.items()}
    return [] if isinstance(shape, list) else ZERO[shape]


def _fill(value, shape, where):
    if value is None:
        return _zero(shape)
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            raise CannotDecode(f"{where}: {value!r} into a struct")
        filled = _zero(shape)
        names = {name.casefold(): name for name in shape}
        for key, inner in value.items():
            name = names.get(key.casefold())
            if name is not None:
                filled[name] = _fill(inner, shape[name], f"{where}.{key}")
        return filled
    if isinstance(shape, list):
        if not isinstance(value, list):
            raise CannotDecode(f"{where}: {value!r} into a slice")
        return [_fill(item, shape[0], f"{where}[{i}]") for i, item in enumerate(value)]
    if shape is int and (type(value) is not int or value not in INT64):
        raise CannotDecode(f"{where}: {value!r} into an int64")
    if shape is str and not isinstance(value, str):
        raise CannotDecode(f"{where}: {value!r} into a string")
    return value


class Relay:
    """One of its channels: submits for users, and polls for all of them at once."""

    def __init__(self, api):
        self.api = api
        self.tasks = {}     # by the id upstream
        self.refunded = []  # ids
        self.enabled = True

    def submit(self, what, body):
        """What its user is told, after its rewriting; counts as a new-api user would be charged."""
        answer = self.api.ask(f"/mj/submit/{what}", "POST", body)
        assert answer.status == 200, answer
        text = answer.body.decode()
        told = decode(text, SUBMITTED)
        if told["code"] == 3:
            self.enabled = False
        if told["code"] in (1, 21, 22):
            self.tasks[told["result"]] = {
                "progress": "0%", "status": "", "failReason": "", "imageUrl": "", "buttons": None}
        if told["code"] in (21, 22):
            # By the text, not by the value: with a space after the colon nothing would happen.
            text = text.replace(f'"code":{told["code"]}', '"code":1')
        return json.loads(text)

    def unfinished(self):
        return [task_id for task_id, task in self.tasks.items() if task["progress"] != "100%"]

    def poll(self):
        """One round over everything unfinished."""
        asked = self.unfinished()
        answer = self.api.ask("/mj/task/list-by-condition", "POST", {"ids": asked})
        assert answer.status == 200, answer
        for told in decode(answer.body, [TASK]):
            task = self.tasks[told["id"]]  # a KeyError here is a nil pointer there
            assert told["id"] in asked, told["id"]
            task.update({name: told[name] for name in (
                "status", "progress", "failReason", "imageUrl", "buttons", "startTime",
                "finishTime", "submitTime")})
            failed_early = task["progress"] != "100%" and task["failReason"] != ""
            if failed_early or (task["progress"] == "100%" and task["status"] == "FAILURE"):
                task["progress"] = "100%"
                self.refunded.append(told["id"])
