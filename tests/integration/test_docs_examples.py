"""The examples of README and docs are played as they stand.

In a ```console block, `$ curl …` is the question, what follows up to the next `$` the answer: its
status line, then JSON whose fields must all be in the real answer. `$ALICE`, `$BOB` and `$STAFF`
say who asks, `$QUOTE` is the id of the last quote, `$CODE` the code that was mailed. The blocks of
one page are played in their order, on one stack.
"""

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.integration.conftest import ALICE, BOB, STAFF, Person, World
from tests.integration.plan_changes import filled, mailed_code

ROOT = Path(__file__).resolve().parents[2]
PEOPLE = {"$ALICE": ALICE, "$BOB": BOB, "$STAFF": STAFF}


@dataclass(frozen=True)
class Example:
    method: str
    path: str
    query: dict[str, str]
    who: Person
    headers: dict[str, str]
    body: Any
    status: int
    shown: Any


def pages() -> list[Path]:
    found = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return [page for page in found if "```console" in page.read_text("utf-8")]


def examples(text: str) -> Iterator[Example]:
    for block in re.findall(r"^```console\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        for entry in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, answer = entry.partition("\nHTTP/1.1 ")
            status_line, _, shown = answer.partition("\n")
            yield _asked(command, int(status_line.split()[0]), json.loads(shown))


def _asked(command: str, status: int, shown: Any) -> Example:
    words = shlex.split(command.replace("\\\n", " "))
    assert words[:2] == ["curl", "-i"], command
    method, url, body, headers = "GET", "", None, {}
    rest = iter(words[2:])
    for word in rest:
        match word:
            case "-X":
                method = next(rest)
            case "-H":
                name, _, value = next(rest).partition(": ")
                headers[name] = value
            case "-d":
                body = json.loads(next(rest))
            case _:
                assert not url, command
                url = word
    assert url.startswith("$API/"), command
    parts = urlsplit(url.removeprefix("$API"))
    who = PEOPLE[headers.pop("Authorization").removeprefix("Bearer ")]
    query = dict(parse_qsl(parts.query))
    return Example(method, parts.path, query, who, headers, body, status, shown)


def missing(shown: Any, real: Any, path: str = "") -> str | None:
    """Where the answer lacks what is shown, None where nothing is missing. The entries of a list
    that is shown are looked for in their order; an empty list is really empty."""
    match shown:
        case dict():
            if not isinstance(real, dict):
                return f"{path}: is {real!r}"
            found = (
                missing(value, real.get(name), f"{path}.{name}") for name, value in shown.items()
            )
            return next((each for each in found if each), None)
        case list():
            if not isinstance(real, list) or (real and not shown):
                return f"{path}: is {real!r}"
            left = iter(real)
            for number, value in enumerate(shown):
                if not any(missing(value, each) is None for each in left):
                    return f"{path}[{number}]: is not in {real!r}"
            return None
        case _:
            return None if shown == real else f"{path}: is {real!r}, not {shown!r}"


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_every_example_is_answered_as_its_page_shows(page: Path, world: World) -> None:
    known: dict[str, str] = {}
    for example in examples(page.read_text("utf-8")):
        body = example.body
        if body and "$CODE" in body.values():
            known["$CODE"] = mailed_code(world, example.path.split("/")[2])
        body = body and filled(body, known)
        reply = world.call(
            example.method,
            example.path,
            example.who,
            body,
            query=example.query or None,
            headers=example.headers,
        )
        asked = f"{example.method} {example.path}"
        assert reply.status == example.status, f"{asked}: {reply.text}"
        assert missing(example.shown, reply.json) is None, asked
        if example.path.endswith("-quotes"):
            known["$QUOTE"] = reply.json["id"]
        for job in ("expiries", "renewals"):
            world.work_queue(job=job)


def test_the_readme_shows_every_door_that_changes_or_reads_a_contract() -> None:
    asked = {
        (
            example.method,
            re.sub("/tour-3:2|/tour-[123]|/kreativmedia|/of-somebody-else", "/{id}", example.path),
        )
        for example in examples((ROOT / "README.md").read_text("utf-8"))
    }
    changing = ("plan-change-quotes", "plan-changes", "plan-changes/{id}/confirmation")
    for action in ("cancellation", "reactivation", *changing):
        assert ("POST", f"/contracts/{{id}}/{action}") in asked
    assert ("POST", "/contracts/{id}/renewal") in asked
    own = ("/contracts/{id}", "/contracts/{id}/timeline", "/contracts/{id}/forecast")
    for path in ("/contracts", *own, "/notices", "/job-runs"):
        assert ("GET", path) in asked


@pytest.mark.parametrize(
    ("shown", "real", "fits"),
    [
        ({"a": 1}, {"a": 1, "b": 2}, True),
        ({"a": 1}, {"a": 2}, False),
        ({"a": None}, {"a": 1}, False),
        ([], [], True),
        ([], [1], False),
        ([{"a": 1}, {"a": 3}], [{"a": 1}, {"a": 2}, {"a": 3}], True),
        ([{"a": 3}, {"a": 1}], [{"a": 1}, {"a": 2}, {"a": 3}], False),
        ({"a": [1]}, {"a": None}, False),
    ],
)
def test_an_example_that_shows_too_much_is_found_out(shown: Any, real: Any, fits: bool) -> None:
    assert (missing(shown, real) is None) is fits
