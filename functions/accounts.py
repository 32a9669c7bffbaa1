"""Accounts over HTTP: look, look ahead, read the ledger, keep one, put money in, take it out."""

from collections.abc import Callable
from typing import Any

from tacit import policies
from tacit.domain.coverage import coverage
from tacit.domain.ledger import Deposit, Open, Withdraw
from tacit.domain.values import Actor, Role
from tacit.replies import Answer, Request
from tacit.runtime import account_bodies, foreseeing, shapes
from tacit.runtime.answers import dumps
from tacit.runtime.doors import Door, Reply, api, lambda_handler, page_answer, respond
from tacit.runtime.stack import stack
from tacit.store.listing import Source, accounts_of_person, accounts_of_staff

app = api()


@app.get("/accounts")
def list_accounts() -> Reply:
    door = Door(app)
    door.known_query("holder", "limit", "next")
    holder = door.query("holder", shapes.subject)
    sources = _sources(door, holder)
    paging, limit, place = door.page(sources)
    found, behind = stack().listing.accounts(sources, limit, place)
    items = [account_bodies.account_json(account) for account in found]
    return respond(page_answer(items, paging.token(behind)))


def _sources(door: Door, holder: str | None) -> list[Source]:
    """Staff sees its providers whole (or one holder's part), a person what he holds himself."""
    sources: list[Source] = []
    for provider in policies.shipped():
        if door.caller.is_staff_of(provider):
            if holder is None:
                sources += accounts_of_staff(provider)
            else:
                sources += accounts_of_person(provider, holder)
        elif provider in door.caller.customer_of and holder in (None, door.caller.subject):
            sources += accounts_of_person(provider, door.caller.subject)
    return sources


@app.get("/accounts/<id>")
def get_account(id: str) -> Reply:
    door = Door(app)
    account = stack().accounts.find(door.caller, door.id())
    door.known_query()
    return respond(Answer(200, dumps(account_bodies.account_json(account))))


@app.get("/accounts/<id>/ledger")
def get_ledger(id: str) -> Reply:
    door = Door(app)
    account = stack().accounts.find(door.caller, door.id())
    door.known_query("limit", "next")
    paging, limit, place = door.page([account.id])
    lines, behind = stack().ledger.lines(account.id, limit, place)
    items = [account_bodies.line_json(account, line) for line in lines]
    return respond(page_answer(items, paging.token(behind)))


@app.get("/accounts/<id>/forecast")
def get_forecast(id: str) -> Reply:
    door = Door(app)
    account = stack().accounts.find(door.caller, door.id())
    door.known_query("until")
    last_day = door.query("until", shapes.day)
    rules, now = policies.newest(account.provider), stack().clock.now()
    until = foreseeing.until(last_day, now, rules.zone)
    members, accounts = stack().households.of_account(account)
    found = coverage(account, members, accounts, rules, now, until)
    return respond(Answer(200, dumps(foreseeing.coverage_json(found, account, until))))


@app.put("/accounts/<id>")
def open_account(id: str) -> Reply:
    door = Door(app)
    body = door.json()
    door.staff_only()
    account_id, actor = door.id(), Actor(Role.STAFF, door.caller.subject)

    def asked() -> tuple[Open, Request]:
        request = door.request(body)
        return account_bodies.opening(account_id, body, actor), request

    return respond(
        stack().accounts.open(
            door.caller, account_id, body.get("provider"), asked, account_bodies.opened_answer
        )
    )


@app.post("/accounts/<id>/deposits")
def deposit(id: str) -> Reply:
    return _booked(account_bodies.deposit)


@app.post("/accounts/<id>/withdrawals")
def withdraw(id: str) -> Reply:
    return _booked(account_bodies.withdrawal)


def _booked(read: Callable[[dict[str, Any], Actor], Deposit | Withdraw]) -> Reply:
    door = Door(app)
    body = door.json()
    door.staff_only()

    def asked(actor: Actor) -> tuple[Deposit | Withdraw, Request]:
        return read(body, actor), door.request(body)

    return respond(
        stack().accounts.book(door.caller, door.id(), asked, account_bodies.booked_answer)
    )


handler = lambda_handler(app)
