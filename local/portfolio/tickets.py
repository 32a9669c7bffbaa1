"""The sample portfolio's shop: what is asked of the running stack to fill it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from local.portfolio.days import day

TICKETS = Path(__file__).with_name("tickets.toml")
CURRENCY = "CHF"
Asked = tuple[str, str, dict[str, Any]]


def requests(start_day: date) -> Iterator[Asked]:
    """Method, path and body of each: the shop, then order after order with its life so far."""
    found = tomllib.loads(TICKETS.read_text("utf-8"))
    shop = found["shop"]
    shop_id = shop.pop("id")
    yield "PUT", f"/shops/{shop_id}", shop
    for row in found["orders"]:
        path, then = f"/ticket-orders/{row.pop('id')}", row.pop("then", [])
        show = found["events"][row["event"]]
        yield "PUT", path, {"shop_id": shop_id, **_order(row, show, start_day)}
        for step in then:
            yield "POST", f"{path}/{step.pop('door')}", _command(step, start_day)


def _order(row: dict[str, Any], show: dict[str, Any], start_day: date) -> dict[str, Any]:
    """The body, at noon in UTC of the days that the row names."""
    show = dict(show)
    starts_on, placed_on = show.pop("starts_on"), row.pop("placed_on")
    tickets = [
        {"number": number, "seat": seat or None, "price": _money(price)}
        for number, seat, price in row.pop("tickets")
    ]
    return {
        **row,
        "event": {**show, "starts_at": f"{day(starts_on, start_day)}T18:00:00Z"},
        "placed_at": f"{day(placed_on, start_day)}T12:00:00Z",
        "tickets": tickets,
    }


def _command(step: dict[str, Any], start_day: date) -> dict[str, Any]:
    if "value_on" not in step:
        return step
    value_on = day(step.pop("value_on"), start_day).isoformat()
    return {**step, "amount": _money(step["amount"]), "value_date": value_on}


def _money(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": CURRENCY}
