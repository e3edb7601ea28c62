"""What a client reads of an answer, by presence and type: paths into the JSON, and forms of what
stands there. A form is a word of FORMS, "=text" for exactly that text, "~pattern" for a text with
that pattern in it, or several of them with " or " between."""

import json
import re

FORMS = {
    "string": lambda value: isinstance(value, str),
    "text": lambda value: isinstance(value, str) and value != "",
    "id": lambda value: isinstance(value, str) and re.fullmatch(r"\d{16}", value),
    "digits": lambda value: isinstance(value, str) and value.isdecimal(),
    "percent": lambda value: isinstance(value, str) and re.fullmatch(r"\d{1,3}%", value),
    "url": lambda value: isinstance(value, str) and re.fullmatch(r"https?://\S+", value),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "millis": lambda value: isinstance(value, int) and 10**12 < value < 10**13,
    "true": lambda value: value is True,
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "empty": lambda value: value in ("", [], {}),
    "null": lambda value: value is None,
    "anything": lambda value: True,
}
ABSENT = "absent"


def meets(value, form):
    """Whether the value has one of the form's alternatives."""
    for one in form.split(" or "):
        if one.startswith("="):
            met = value == one[1:] or str(value) == one[1:] and not isinstance(value, bool)
        elif one.startswith("~"):
            met = isinstance(value, str) and re.search(one[1:], value)
        else:
            met = FORMS[one](value)
        if met:
            return True
    return False


def look_up(value, path):
    """Everything that the path leads to, with the path's own words: "buttons.*.label" leads to
    every label, "buttons.#" to how many there are, "buttons.?Inpaint::1.customId" to that of the
    first button with such a text in it. What is not there raises KeyError."""
    if path == "":
        return [value]
    first, _, rest = path.partition(".")
    if first == "#":
        return [len(value)]
    if first == "*":
        if not value:
            raise KeyError(f"nothing at *{rest}")
        return [found for item in value for found in look_up(item, rest)]
    if first.startswith("?"):
        for item in value:
            if first[1:] in json.dumps(item, ensure_ascii=False):
                return look_up(item, rest)
        raise KeyError(f"nothing with {first[1:]}")
    if isinstance(value, list):
        if not first.isdecimal() or int(first) >= len(value):
            raise KeyError(first)
        return look_up(value[int(first)], rest)
    if not isinstance(value, dict) or first not in value:
        raise KeyError(first)
    return look_up(value[first], rest)


def complaints(value, reads):
    """What is wrong with the value for a client that reads {path: form} of it."""
    for path, form in reads.items():
        try:
            found = look_up(value, path)
        except KeyError as missing:
            if form != ABSENT:
                yield f"{path}: {missing} is not there"
            continue
        if form == ABSENT:
            yield f"{path} is there: {found!r}"
            continue
        for one in found:
            if not meets(one, form):
                yield f"{path}: {one!r} is not {form}"
