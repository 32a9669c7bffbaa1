"""Processes that race: each reads, waits for the others, and goes on to commit.

They stay alive over all rounds. The barrier is at the wire, behind the last read before the
decision or before the first write, so that nothing under test is replaced; only the mutation of a
round (`unlocked`) takes conditions out of the transaction, to show that the races can be lost.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from multiprocessing.connection import Connection
from typing import Any

WAITS = 30.0


def racer(pipe: Connection, barriers: dict[int, Any], variables: dict[str, str]) -> None:
    """One process: takes (table, task, arguments, how many race, unlocked) until None comes, and
    answers what came of it."""
    os.environ.update(variables)
    from tests.repository.desk import Desk
    from tests.repository.unlocking import conditions_gone

    desks: dict[str, Desk] = {}
    with open(os.devnull, "w") as nowhere:  # noqa: PTH123 - a device
        os.dup2(nowhere.fileno(), 1)
    while (order := pipe.recv()) is not None:
        table, task, arguments, runners, unlocked = order
        desk = desks.setdefault(table, desks.get(table) or Desk(table))
        with _meeting(desk, task, barriers[runners]), conditions_gone(unlocked):
            try:
                result = TASKS[task](desk, *arguments)
            except Exception as error:
                result = f"{type(error).__name__}: {error}"
        pipe.send(result)


def _command(name: str) -> Callable[[Any, str], str]:
    def run(desk: Any, contract_id: str) -> str:
        from tacit.domain.commands import Cancel, Reactivate

        return str(desk.ask(contract_id, {"cancel": Cancel, "reactivate": Reactivate}[name]).status)

    return run


def _register(desk: Any, contract_id: str, label: str) -> str:
    return str(desk.register(contract_id, plan="domain-ch", label=label).status)


def _add_on(desk: Any, contract_id: str, parent_id: str) -> str:
    from tests.repository.desk import ADD_ON

    return str(desk.register(contract_id, **{**ADD_ON, "parent_id": parent_id}).status)


def _restore(desk: Any, contract_id: str, account_id: str) -> str:
    from tests.repository.tills import restore

    return restore(desk, contract_id, account_id)


def _booking(kind: str) -> Callable[[Any, str, int, str], str]:
    def run(desk: Any, account_id: str, minor: int, reference: str) -> str:
        from tests.repository.tills import book

        return book(desk, kind, account_id, minor, reference)

    return run


def _work(desk: Any, body: str) -> str:
    desk.work(body)
    return "worked"


def _pay_notice(desk: Any, contract_id: str, period_start: str) -> str:
    from datetime import date

    from tacit.domain.commands import PayNotice

    day = date.fromisoformat(period_start)
    command = lambda actor: PayNotice(actor, day, "bank-1")  # noqa: E731
    return str(desk.ask(contract_id, command, action="pay_notice").expires_on)


def _timed(task: Callable[..., str]) -> Callable[..., str]:
    """The task, and when each of its transactions that went through was sent and answered, by the
    clock that all processes share."""

    def run(desk: Any, *arguments: Any) -> str:
        sent, through = [0.0], []
        events = desk.table.connection.client.meta.events

        def leaves(**_: Any) -> None:
            sent[0] = time.monotonic()

        def comes(http_response: Any, **_: Any) -> None:
            if http_response.status_code == 200:
                through.append((sent[0], time.monotonic()))

        heard = (("before", leaves), ("after", comes))
        for when, handler in heard:
            events.register(f"{when}-call.dynamodb.TransactWriteItems", handler)
        try:
            task(desk, *arguments)
        finally:
            for when, handler in heard:
                events.unregister(f"{when}-call.dynamodb.TransactWriteItems", handler)
        return json.dumps(through)

    return run


def _join(desk: Any, contract_id: str, order_id: str) -> str:
    return str(desk.register(contract_id, order_id=order_id).order_id)


def _place(desk: Any, order_id: str, contract_id: str) -> str:
    return str(desk.place(order_id, contract_id).order.id)


def _switch(desk: Any, order_id: str) -> str:
    return str(desk.switch(order_id, enabled=False).order.autorenewal)


def _from(module: str, name: str) -> Callable[..., str]:
    """What a desk of its own kind can do."""

    def run(desk: Any, *arguments: Any) -> str:
        kind = import_module(f"tests.repository.{module}")
        return str(getattr(kind, name)(desk, *arguments))

    return run


def _detach(desk: Any, order_id: str, contract_id: str) -> str:
    return str(desk.detach(order_id, contract_id).order.id)


TASKS: dict[str, Callable[..., str]] = {
    "cancel": _command("cancel"),
    "reactivate": _command("reactivate"),
    "register": _register,
    "add on": _add_on,
    "work": _work,
    "collect": _work,
    "collect timed": _timed(_work),
    "switch timed": _timed(_switch),
    "pay notice": _pay_notice,
    "restore": _restore,
    "deposit": _booking("deposit"),
    "withdrawal": _booking("withdrawal"),
    "join": _join,
    "place": _place,
    "switch": _switch,
    "detach": _detach,
    "confirm plan": _from("plans", "confirm"),
    "guess": _from("plans", "confirm"),
    "renew": _from("plans", "renew"),
    "unmark": _from("plans", "unmark"),
    "set": _from("counters", "set_first"),
    "undo": _from("counters", "undo"),
    "redo": _from("counters", "redo"),
    "open shop": _from("counters", "register"),
    "buy": _from("ticket_desk", "place"),
    "pay": _from("ticket_desk", "pay"),
    "admit": _from("ticket_desk", "admit"),
    "come due": _from("ticket_desk", "work"),
    "undo message": _from("letterbox", "undo"),
    "send message": _from("letterbox", "send_again"),
    "drop message": _from("letterbox", "drop"),
    "deliver": _from("letterbox", "deliver"),
    "cancel order": _from("letterbox", "cancel"),
    "hold": _from("fuse_box", "hold"),
    "fold": _from("fuse_box", "fold"),
}
# The last read before the decision: a command reads contract and order, what is charged its
# account too, and where a parent is named, it and its number of children; a booking account and
# reference, a worker shards, page and orders, that of the renewals the accounts, too; a change
# of an order its contracts, and where one leaves another order, that one. A confirmation reads
# contract and order, counts its try and reads the count, and then decides as a command does; a
# guess meets the others before its try is counted. A change of a shop reads the shop. Of ticket
# orders and messages about them, and of fuses, it is the first transaction, of who sends a message
# his claim to it.
_FIRST_COMMIT = ("TransactWriteItems", 1)
_MEETS_AT = {
    "work": ("BatchGetItem", 3),
    "collect": ("BatchGetItem", 4),
    "collect timed": ("BatchGetItem", 4),
    "switch timed": ("BatchGetItem", 1),
    "pay notice": ("GetItem", 3),
    "add on": ("GetItem", 4),
    "restore": ("GetItem", 3),
    "place": ("BatchGetItem", 2),
    "switch": ("BatchGetItem", 1),
    "detach": ("BatchGetItem", 2),
    "confirm plan": ("GetItem", 5),
    "guess": ("GetItem", 2),
    "renew": ("GetItem", 3),
    "set": ("GetItem", 1),
    "undo": ("GetItem", 1),
    "redo": ("GetItem", 1),
    "open shop": ("GetItem", 1),
    "buy": _FIRST_COMMIT,
    "pay": _FIRST_COMMIT,
    "admit": _FIRST_COMMIT,
    "come due": _FIRST_COMMIT,
    "undo message": _FIRST_COMMIT,
    "send message": _FIRST_COMMIT,
    "drop message": _FIRST_COMMIT,
    "deliver": _FIRST_COMMIT,
    "cancel order": _FIRST_COMMIT,
    "hold": _FIRST_COMMIT,
    "fold": _FIRST_COMMIT,
}


@contextmanager
def _meeting(desk: Any, task: str, barrier: Any) -> Iterator[None]:
    """Everybody has read before anybody commits; only the first time round."""
    operation, number = _MEETS_AT.get(task, ("GetItem", 2))
    left = [number]

    def meet(**_: Any) -> None:
        left[0] -= 1
        if left[0] == 0:
            barrier.wait(WAITS)

    events = desk.table.connection.client.meta.events
    when = "before" if operation == "TransactWriteItems" else "after"
    event = f"{when}-call.dynamodb.{operation}"
    events.register_last(event, meet)
    try:
        yield
    finally:
        events.unregister(event, meet)
