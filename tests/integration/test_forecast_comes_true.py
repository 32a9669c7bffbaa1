"""What a forecast foretells is what happens, and nothing else does.

The whole sample portfolio is asked for its forecasts over HTTP, and so are the accounts that pay
for it. Then both jobs run day by day with the clock moving, their events go over the bus to whoever
listens, and each contract's history is laid beside what was foretold: steps, days, data, messages
and charges, one by one; and each account's ledger beside its charges.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from local.portfolio.__main__ import bodies
from tests.integration.almanac import Almanac, Row
from tests.integration.conftest import STAFF, World
from tests.integration.money import book, francs, opened
from tests.integration.rules.scenes import CENTRAL, instant
from tests.searches import far

FIRST = date(2027, 10, 31)
"""The clocks go back, a month ends, and a 29 February lies ahead."""
ACTED_ON = date(2027, 11, 14)
LAST = far(date(2028, 3, 5), date(2028, 12, 21))
PORTFOLIO = bodies(FIRST)
# Free accounts of a domain that is renewed: whether the job looks at them before their domain or
# after it, they follow on the same day.
FREE = {
    contract_id: {
        **{name: value for name, value in PORTFOLIO["sd-segling"].items() if name != "label"},
        "plan": "free-domain-account",
        "label": f"Account {contract_id}",
        "parent_id": "sd-segling",
        "expires_on": "2027-12-30",
    }
    for contract_id in ("account-of-segling", "sd-segling-account", "zz-account-of-segling")
}
ALPS = {**PORTFOLIO["im-example-atelier"], "renewal_warranty": True}
MOSCOW = {
    "provider": "registrar-ru",
    "holder": "alice",
    "email": "alice@example.net",
    "starts_on": "2026-12-20",
    "expires_on": "2027-12-20",
    "import": True,
}
MORE = {
    # A warranty lays out what is not there, and takes it where autorenewal is off.
    "im-lost": ALPS | {"label": "lost.ch", "starts_on": "2027-11-20", "holder": "frank"},
    "im-off": ALPS | {"label": "off.ch", "starts_on": "2026-11-25", "holder": "grace"},
    # One account for all three: what is kept for the domain, and what may be spent.
    "ru-domain": MOSCOW | {"plan": "domain-ru", "label": "example.ru"},
    "ru-vps": MOSCOW | {"plan": "vps-1", "label": "VPS", "expires_on": "2027-12-10"},
    "ru-month": MOSCOW | {"plan": "hosting-1", "label": "Web", "expires_on": "2027-11-20"},
    "ru-trial": MOSCOW | {"plan": "hosting-12", "label": "Trial", "starts_on": "2027-11-05"}
    | {"expires_on": "2028-11-05", "status": "pending"},
}  # fmt: skip
BODIES = PORTFOLIO | FREE | MORE
WITHOUT_AUTORENEWAL = ("km-order-1", "~im-off")
# Too little, enough, enough in one of two, and enough for some time; carol has none.
ACCOUNTS = {
    "a-km-alice": ("kreativmedia", "alice", "CHF", "130.00"),
    "a-km-bob": ("kreativmedia", "bob", "CHF", "500.00"),
    "a-km-dave": ("kreativmedia", "dave", "CHF", "200.00"),
    "b-km-dave": ("kreativmedia", "dave", "CHF", "20.00"),
    "a-im-frank": ("infomaniak", "frank", "CHF", "5.00"),
    "a-im-grace": ("infomaniak", "grace", "CHF", "40.00"),
    "a-sd-alice": ("svenska-domaner", "alice", "SEK", "300.00"),
    "a-sd-dave": ("svenska-domaner", "dave", "SEK", "400.00"),
    "a-sd-erika": ("svenska-domaner", "erika", "SEK", "1250.00"),
    "e-sd-erika": ("svenska-domaner", "erika", "EUR", "1000.00"),
    "a-ru-alice": ("registrar-ru", "alice", "RUB", "2500.00"),
}


@dataclass
class Known:
    """What there was when the forecasts were asked for, and the forecasts: of a contract its rows
    and the number of its events, of an account its answer and the number of its lines. `unpaid`:
    why a contract's notice is open."""

    on: date
    contracts: dict[str, tuple[list[Row], int]]
    accounts: dict[str, tuple[Row, int]]
    unpaid: dict[str, Row]


def ask(world: World, method: str, path: str, body: Any = None, **query: str) -> Any:
    reply = world.call(method, path, STAFF, body, query=query or None)
    assert reply.status in (200, 201), f"{method} {path}: {reply.text}"
    return reply.json


def foretold(world: World, on: date) -> Known:
    """Every forecast, with what there is now."""
    known = Known(on, {}, {}, {})
    for contract_id in BODIES:
        found = ask(world, "GET", f"/contracts/{contract_id}/forecast", until=LAST.isoformat())
        assert found["whole"] is True
        known.contracts[contract_id] = found["steps"], len(timeline(world, contract_id))
    for account_id in ACCOUNTS:
        found = ask(world, "GET", f"/accounts/{account_id}/forecast", until=LAST.isoformat())
        assert found["whole"] is True
        known.accounts[account_id] = found, len(ledger(world, account_id))
        if found["short"] is not None:
            contract_id = found["short"]["contract_id"]
            notices = ask(world, "GET", "/notices", contract_id=contract_id)["items"]
            for notice in notices:
                if notice["why"] is not None:
                    known.unpaid[contract_id] = notice["why"]
    return known


def timeline(world: World, contract_id: str) -> list[Row]:
    """The contract's events, oldest first."""
    items: list[Row] = ask(world, "GET", f"/contracts/{contract_id}/timeline", limit="200")["items"]
    return items[::-1]


def ledger(world: World, account_id: str) -> list[Row]:
    """The account's lines, oldest first."""
    items: list[Row] = ask(world, "GET", f"/accounts/{account_id}/ledger", limit="200")["items"]
    return items[::-1]


def happened(almanac: Almanac, contract_id: str, events: list[Row]) -> list[Row]:
    """What has come of the contract with these events, as a forecast would tell it."""
    first = len(almanac.said[contract_id]) - len(events) + 1
    said = {detail["number"]: detail["messages"] for detail in almanac.said[contract_id]}
    rows = [
        {"on": local_day(e["at"]), "type": e["type"], "data": e["data"], "messages": said[number]}
        for number, e in enumerate(events, first)
    ]
    parked = [
        {
            "on": local_day(entry["at"]),
            "type": "parked",
            "data": {"reason": entry["reason"]},
            "messages": [],
        }
        for entry in almanac.parked
        if entry["id"] == f"contract:{contract_id}"
    ]
    return rows + parked


def charged(world: World, known: Known) -> dict[str, list[Row]]:
    """By account: the charges since then, as its forecast would tell them, and whose they are."""
    found = {}
    for account_id, (_, since) in known.accounts.items():
        lines, balance, rows = ledger(world, account_id), 0, []
        for number, line in enumerate(lines, 1):
            balance += minor(line["amount"])
            if number > since:
                paid = -minor(line["amount"])
                rows.append(
                    {
                        "on": local_day(line["at"]),
                        "contract_id": line["contract_id"],
                        "reason": line["reason"],
                        "amount": money(paid, line["amount"]["currency"]),
                        "balance": money(balance, line["amount"]["currency"]),
                    }
                )
        found[account_id] = rows
    return found


def minor(amount: Row) -> int:
    return int(amount["amount"].replace(".", ""))


def money(amount: int, currency: str) -> dict[str, str]:
    return francs(f"{amount // 100}.{amount % 100:02}", currency)


def local_day(at: str) -> str:
    return datetime.fromisoformat(at).astimezone(ZoneInfo(CENTRAL)).date().isoformat()


def told(rows: list[Row]) -> list[Row]:
    return [{name: row[name] for name in ("on", "type", "data", "messages")} for row in rows]


def compare(world: World, almanac: Almanac, known: Known) -> None:
    """Up to the almanac's day, all that was foretold has come, and nothing else."""
    today, paid = almanac.day.isoformat(), charged(world, known)
    almanac.parked = ask(world, "GET", "/parked", limit="200")["items"]
    new = {
        contract_id: timeline(world, contract_id)[since:]
        for contract_id, (_, since) in known.contracts.items()
    }
    for contract_id, (foretold_rows, _) in known.contracts.items():
        due = [row for row in foretold_rows if row["on"] <= today]
        assert happened(almanac, contract_id, new[contract_id]) == told(due), contract_id
        promised = [
            (row["on"], each["account_id"], each["reason"], each["amount"])
            for row in due
            for each in row["charges"]
        ]
        taken = [
            (line["on"], account_id, line["reason"], line["amount"])
            for account_id, lines in paid.items()
            for line in lines
            if line["contract_id"] == contract_id
        ]
        assert sorted(taken, key=str) == sorted(promised, key=str), contract_id
    for account_id, (found, _) in known.accounts.items():
        due = [row for row in found["charges"] if row["on"] <= today]
        assert paid[account_id] == due, account_id
        if not was_short(found["short"], known):
            short = named(found["short"], today)
            assert first_short(new, account_id) == short, account_id


def was_short(short: Row | None, known: Known) -> bool:
    """Whether it was said before the forecast was asked for: it is not said a second time."""
    if short is None:
        return False
    why = known.unpaid.get(short["contract_id"])
    if why is None:
        return False
    assert (why["short"], why["account_id"]) == (short["short"], short["account_id"])
    assert date.fromisoformat(short["on"]) <= known.on + timedelta(days=1)
    return True


def named(short: Row | None, today: str) -> tuple[str, str, str, str] | None:
    if short is None or short["on"] > today:
        return None
    return short["on"], short["contract_id"], short["short"]["amount"], short["account_id"]


def first_short(new: dict[str, list[Row]], account_id: str) -> tuple[str, str, str, str] | None:
    """The first renewal of the account's holder, by these events, that the job could not pay."""
    provider, holder, currency, _ = ACCOUNTS[account_id]
    found = [
        (local_day(event["at"]), contract_id, event["data"]["short"], event["data"]["account_id"])
        for contract_id, events in new.items()
        if (BODIES[contract_id]["provider"], BODIES[contract_id]["holder"]) == (provider, holder)
        for event in events
        if event["type"] == "contract.renewal_unpaid" and event["data"]["currency"] == currency
    ]
    return min(found, default=None, key=lambda each: each[0])


def act(world: World) -> None:
    """People do all that they can do."""
    now = instant(ACTED_ON.isoformat())
    at_once = {"mode": "immediate"}

    def noted(registry_expires_on: str) -> dict[str, str]:
        return {"registry_expires_on": registry_expires_on, "fetched_at": now}

    for contract_id, method, door, body in (
        ("im-example-atelier", "POST", "cancellation", {}),
        ("km-example-com", "POST", "cancellation", {}),
        ("sd-blommor", "POST", "cancellation", {}),  # while its renewal is tried
        ("sd-fotograf", "POST", "reactivation", {}),
        ("sd-optik", "POST", "transfer-out", {}),
        ("sd-bageri", "POST", "cancellation", at_once),
        ("sd-bageri-mail", "POST", "cancellation", at_once),
        ("sd-tryckeri", "POST", "restoration", {"reference": "inv-1"}),
        ("sd-segling", "PUT", "registry", noted("2029-01-31")),
        ("sd-orkester", "PUT", "registry", noted("2027-11-25")),
        ("sd-cykel", "PUT", "registry", noted("2047-01-01")),  # which cannot be true
    ):
        ask(world, method, f"/contracts/{contract_id}/{door}", body)
    assert book(world, "a-ru-alice", "deposits", francs("1500.00", "RUB"), "more").status == 200


ACTED = {
    ("infomaniak", "alice"),
    ("kreativmedia", "alice"),
    ("registrar-ru", "alice"),
    *(("svenska-domaner", holder) for holder in ("alice", "bob", "dave", "erika")),
}
"""Whose forecasts must be asked for anew: what one contract does not take, another may."""


def registered(world: World) -> Almanac:
    world.set_clock(instant(FIRST.isoformat()))
    for contract_id, body in BODIES.items():
        ask(world, "PUT", f"/contracts/{contract_id}", body)
    for order_id in WITHOUT_AUTORENEWAL:
        ask(world, "PUT", f"/orders/{order_id}/autorenewal", {"enabled": False})
    for account_id, (provider, holder, currency, amount) in ACCOUNTS.items():
        opened(world, account_id, amount, provider=provider, holder=holder, currency=currency)
    almanac = Almanac(world, FIRST)
    almanac.hear()
    return almanac


@pytest.mark.search
def test_every_forecast_of_the_portfolio_comes_true_and_so_do_the_next_after_people_have_acted(
    world: World,
) -> None:
    almanac = registered(world)
    before = foretold(world, FIRST)
    almanac.live("13:00")
    almanac.until(ACTED_ON)
    compare(world, almanac, before)

    world.set_clock(instant(ACTED_ON.isoformat()))
    act(world)
    almanac.hear()
    assert ask(world, "GET", "/contracts/sd-optik-konto")["closed_reason"] == "terminated"
    after = foretold(world, ACTED_ON)
    for contract_id, body in BODIES.items():
        if (body["provider"], body["holder"]) not in ACTED:
            rows, _ = before.contracts[contract_id]
            to_come = [row for row in rows if row["on"] > ACTED_ON.isoformat()]
            assert after.contracts[contract_id][0] == to_come, contract_id
    almanac.live("13:00")
    almanac.until(LAST)
    compare(world, almanac, after)

    assert kinds(before) | kinds(after) == {
        "contract.activated",
        "contract.closed",
        "contract.downgraded",
        "contract.expired",
        "contract.expiry_noticed",
        "contract.followed",
        "contract.inactivated",
        "contract.owed_paid",
        "contract.renewal_noticed",
        "contract.renewal_unpaid",
        "contract.renewed",
        "contract.warranted",
        "contract.warranty_contact",
        "parked",
    }


def kinds(known: Known) -> set[str]:
    return {row["type"] for rows, _ in known.contracts.values() for row in rows}
