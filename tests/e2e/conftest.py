"""A whole stack for the end-to-end tests: its own server, port, data and clock.

A fresh one each session, on a free port, stopped by its process id at the end. `TACIT_E2E_KEEP=1`
leaves it running and takes it up again next time, which is quicker while a test is being written.
The tests run one after the other: there is one clock.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest

from local import ministack
from local.description import Description, client
from local.places import END_TO_END
from local.progress import Trouble
from local.stack import clean, up
from local.tokens import id_token

STAFF = "staff"


@dataclass(frozen=True)
class Answer:
    """What came back over HTTP, whatever its status."""

    status: int
    headers: dict[str, str]
    body: Any = field(default=None)

    @property
    def code(self) -> Any:
        """The stable code of a refusal."""
        return self.body["code"] if isinstance(self.body, dict) else None


class Api:
    """The doors of the stack, asked as a client asks them: over HTTP, with a token."""

    def __init__(self, url: str) -> None:
        self._url = url

    def __call__(
        self,
        method: str,
        path: str,
        token: str | None = None,
        body: object = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        sent = {"Content-Type": "application/json"} if body is not None else {}
        if token:
            sent["Authorization"] = f"Bearer {token}"
        request = urllib.request.Request(
            self._url + path,
            method=method,
            headers=sent | (headers or {}),
            data=None if body is None else json.dumps(body).encode(),
        )
        try:
            with urllib.request.urlopen(request, timeout=40) as answer:
                return _answer(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as refused:
            with refused:
                return _answer(refused.code, refused.headers, refused.read())


@pytest.fixture(scope="session")
def stack() -> Iterator[Description]:
    """The running stack, with the test clock enabled and every role's policy enforced."""
    keep = bool(os.environ.get("TACIT_E2E_KEEP"))
    END_TO_END.folder.mkdir(parents=True, exist_ok=True)
    with (END_TO_END.folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another session of these tests is waited for
        try:
            if not keep:
                clean(END_TO_END)
            yield up(END_TO_END, usual_port=None)
        except Trouble as trouble:
            pytest.exit(f"No stack for the end-to-end tests: {trouble}", returncode=1)
        finally:
            if not keep:
                ministack.stop(END_TO_END)


@pytest.fixture(scope="session")
def api(stack: Description) -> Api:
    return Api(stack.api_url)


@pytest.fixture(scope="session")
def token(stack: Description) -> Callable[..., str]:
    """`token("alice", "customer.kreativmedia")`: an ID token, made once for a person and groups.

    A token says what was true when it was made, so alice may hold several, each with its groups.
    """
    made: dict[tuple[str, ...], str] = {}

    def make(person: str, *groups: str) -> str:
        key = (person, *sorted(groups))
        if key not in made:
            made[key] = id_token(stack, person, groups)
        return made[key]

    return make


@pytest.fixture(scope="session")
def staff(token: Callable[..., str]) -> str:
    return token("sam", STAFF)


@pytest.fixture
def clock(api: Api, staff: str) -> Iterator[Callable[[datetime | str], None]]:
    """`clock("2026-01-10T11:00:00Z")` sets the time for every function; given back at the end."""

    def put(now: str | None) -> None:
        answer = api("PUT", "/test-clock", staff, {"now": now})
        assert answer.status == 200, answer

    def set_to(now: datetime | str) -> None:
        put(now if isinstance(now, str) else now.isoformat())

    yield set_to
    put(None)


@pytest.fixture
def address() -> str:
    """An e-mail address that no other test uses."""
    return f"{uuid.uuid4().hex[:12]}@example.net"


@pytest.fixture(scope="session")
def eventually() -> Callable[..., Any]:
    """Ask again and again until the answer is there; states are polled with a deadline."""
    return _eventually


@pytest.fixture(scope="session")
def mailbox(stack: Description) -> Callable[..., list[dict[str, Any]]]:
    """`mailbox(address, 1)`: the mails to that address, as soon as there are so many."""
    url = f"{stack.endpoint_url}/_ministack/ses/messages?account={stack.account}"

    def read(address: str) -> list[dict[str, Any]]:
        with urllib.request.urlopen(url, timeout=10) as answer:
            messages = json.load(answer)["messages"].get(stack.account, [])
        return [message for message in messages if address in message["To"]]

    def wait_for(address: str, count: int = 1, within: float = 20.0) -> list[dict[str, Any]]:
        def enough() -> list[dict[str, Any]] | None:
            found = read(address)
            return found if len(found) >= count else None

        what = f"{count} mail(s) to {address}"
        found: list[dict[str, Any]] = (
            _eventually(enough, within=within, what=what) if count else read(address)
        )
        return found

    return wait_for


@pytest.fixture(scope="session")
def aws(stack: Description) -> Callable[[str], Any]:
    """`aws("dynamodb")`: a client with an administrator's rights, to look behind the doors."""
    return lambda service: client(stack, service)


def _eventually(ask: Callable[[], Any], *, within: float = 20.0, what: str = "it") -> Any:
    deadline = time.monotonic() + within
    while not (found := ask()):
        if time.monotonic() > deadline:
            pytest.fail(f"{what} did not come about within {within:.0f} s")
        time.sleep(0.05)
    return found


def _answer(status: int, headers: Any, body: bytes) -> Answer:
    kept = {name.lower(): value for name, value in headers.items()}
    is_json = "json" in kept.get("content-type", "")
    return Answer(status, kept, json.loads(body) if is_json and body else body.decode())
