"""Asking on behalf of the story's people, and printing each question with its answer."""

from __future__ import annotations

import json
import secrets
import time
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any

from local.api import Answer, Api, Person
from local.description import Description
from local.progress import Trouble
from local.story_page import Page
from local.tokens import shipped_providers

WITHIN = 60.0
Fields = Callable[[Any], Mapping[str, Any]]


class Story:
    """One run: its people, its contract, and what it has asked."""

    def __init__(self, stack: Description, page: Page) -> None:
        self.stack, self.page, self.api = stack, page, Api(stack)
        self.run = secrets.token_hex(3)
        self.contract = f"story-{self.run}"
        self.label = f"example-{self.run}.ch"
        self.address = f"alice+{self.run}@example.net"
        customer = [f"customer.{provider}" for provider in shipped_providers()]
        self.sam = self.api.person("sam", "staff")
        self.alice = self.api.person("alice", *customer)
        self.bob = self.api.person("bob", *customer)
        self.olga = self.api.person("olga", *customer)
        self.nina = self.api.person(f"nina-{self.run}", *customer)  # with money of this run's own
        self.nina_address = f"{self.nina.name}@example.net"

    def ask(
        self,
        who: Person,
        method: str,
        path: str,
        body: object = None,
        *,
        expect: int,
        show: Fields | None = None,
        headers: dict[str, str] | None = None,
    ) -> Any:
        """Ask, print what was asked and what came back; the story breaks off at a surprise."""
        self.page.asked(who, method, path, body, headers or {})
        answer = self.api.ask(who, method, path, body, headers)
        if answer.status != expect:
            self.page.came_back(answer, {"body": answer.body})
            raise Trouble(f"The story expected {expect} here.")
        if answer.status >= 400:
            show = only("code", "detail", "params")
        self.page.came_back(answer, show(answer.body) if show else {})
        return answer.body

    def register(self, contract_id: str, show: Fields, **fields: Any) -> None:
        """Staff brings in a contract of alice, with dates of its own."""
        body = {"holder": "alice", "email": self.address, "locale": "en", **fields, "import": True}
        self.ask(self.sam, "PUT", f"/contracts/{contract_id}", body, expect=201, show=show)

    def bring(self, method: str, path: str, **fields: Any) -> None:
        """Staff brings in, without a word, what a chapter begins with."""
        answer = self.api.ask(self.sam, method, path, fields)
        if answer.status not in (200, 201):
            raise Trouble(f"{method} {path}: {answer.status} {answer.body}")

    def forecast(self, contract_id: str) -> None:
        """What will happen to it, as a list of days."""

        def days(found: Any) -> dict[str, Any]:
            return {
                f"{number}. {row['on']}": f"{row['type']:21}  {row['detail']}"
                for number, row in enumerate(found["steps"], 1)
            }

        self.ask(self.alice, "GET", f"/contracts/{contract_id}/forecast", expect=200, show=days)

    def clock(self, now: str | None) -> None:
        self.ask(self.sam, "PUT", "/test-clock", {"now": now}, expect=200)

    def expiries(self, as_of: str) -> None:
        """Run the job, wait for its end and look at it."""
        answer = self._run("expiries", as_of)
        self.page.asked(self.sam, "GET", f"/job-runs/{answer.body['id']}", None, {})
        self.page.came_back(answer, only("status", "counts")(answer.body))

    def renewals(self, as_of: str) -> None:
        """Run the job and wait for its end."""
        self._run("renewals", as_of)

    def reminders(self, as_of: str) -> None:
        """Of invoices: run the job and wait for its end."""
        self._run("invoice_reminders", as_of)

    def _run(self, job: str, as_of: str) -> Answer:
        body = {"job": job, "as_of": as_of}
        shown = only("id", "status")
        run = self.ask(self.sam, "POST", "/job-runs", body, expect=202, show=shown)

        def ended() -> Any:
            answer = self.api.ask(self.sam, "GET", f"/job-runs/{run['id']}")
            if answer.status != 200:
                raise Trouble(f"GET /job-runs/{run['id']}: {answer.status} {answer.body}")
            return answer if answer.body["status"] != "running" else None

        found: Answer = eventually(ended, "the end of the job run")
        return found

    def soon(self, contract_id: str, status: str, show: Fields) -> None:
        """Staff looks at a contract as soon as an event has brought it so far."""
        path = f"/contracts/{contract_id}"

        def there() -> Answer | None:
            answer = self.api.ask(self.sam, "GET", path)
            known = answer.status == 200 and answer.body["status"] == status
            return answer if known else None

        answer: Answer = eventually(there, f"{contract_id} to be {status}")
        self.page.asked(self.sam, "GET", path, None, {})
        self.page.came_back(answer, show(answer.body))

    def mails(self, count: int, address: str | None = None) -> list[dict[str, Any]]:
        """The mails to an address of this run's (alice's, unless said), the first one first, as
        soon as there are so many."""
        to = address or self.address
        url = f"{self.stack.endpoint_url}/_ministack/ses/messages?account={self.stack.account}"

        def arrived() -> list[dict[str, Any]] | None:
            with urllib.request.urlopen(url, timeout=10) as answer:
                messages = json.load(answer)["messages"].get(self.stack.account, [])
            mine = [message for message in messages if to in message["To"]]
            return mine if len(mine) >= count else None

        found: list[dict[str, Any]] = eventually(arrived, f"{count} mails to {to}")
        return found


def only(*names: str) -> Fields:
    """These fields of an answer; `contract.status` reaches into it."""

    def shown(body: Any) -> dict[str, Any]:
        return {name: _reached(body, name.split(".")) for name in names}

    return shown


def _reached(value: Any, path: list[str]) -> Any:
    for part in path:
        value = value[int(part)] if isinstance(value, list) else (value or {}).get(part)
    return value


def eventually(ask: Callable[[], Any], what: str) -> Any:
    """Ask again until there is an answer; raises Trouble when the deadline is over."""
    deadline = time.monotonic() + WITHIN
    while (found := ask()) is None:
        if time.monotonic() > deadline:
            raise Trouble(f"Waited {WITHIN:.0f} s for {what}.")
        time.sleep(0.1)
    return found
