"""What a forecast foretells is what happens, and nothing else does.

The whole sample portfolio is asked for its forecasts over HTTP. Then the job runs day by day with
the clock moving, its events go over the bus to whoever listens, and each contract's history is laid
beside what was foretold: steps, days, data and messages, one by one. It is here and not among the
doors' tests because two years of days take minutes on moto's table.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from moto import mock_aws

from local.portfolio.__main__ import bodies
from tacit.runtime.jobs import EXPIRIES, Parcel
from tacit.store.runs import ALL
from tests.integration.conftest import ENVIRONMENT, STAFF, World, new_world
from tests.integration.rules.scenes import CENTRAL, instant
from tests.repository.conftest import environment

FIRST = date(2027, 10, 31)
"""The clocks go back, a month ends, and a 29 February lies ahead."""
ACTED_ON = date(2027, 11, 20)
LAST = date(2030, 1, 1)
PORTFOLIO = bodies(FIRST)
# Free accounts of a domain that waits for its renewal: whether the job looks at them before their
# domain or after it, they follow on the same day.
ACCOUNTS = {
    contract_id: {
        **{name: value for name, value in PORTFOLIO["sd-segling"].items() if name != "label"},
        "plan": "free-domain-account",
        "label": f"Account {contract_id}",
        "parent_id": "sd-segling",
        "expires_on": "2027-12-30",
    }
    for contract_id in ("account-of-segling", "sd-segling-account", "zz-account-of-segling")
}
BODIES = PORTFOLIO | ACCOUNTS
Row = dict[str, Any]


@dataclass
class Known:
    """What there was of a contract when its forecast was asked for, and the forecast."""

    foretold: list[Row]
    events: int
    charges: int


@pytest.fixture
def world(dynamodb_local: str) -> Iterator[World]:
    """The functions as they are deployed, their table on DynamoDB Local, all else on moto."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**ENVIRONMENT, **environment(dynamodb_local)}.items():
            patch.setenv(name, value)
        with mock_aws(), new_world() as made:
            yield made


class Almanac:
    """The job on every day, and what came of it."""

    def __init__(self, world: World) -> None:
        self.world, self.day = world, FIRST
        self.said: dict[str, list[Row]] = {}
        """What each event of a contract had to say, in the order of the bus."""

    def until(self, day: date) -> None:
        while self.day < day:
            self.day += timedelta(days=1)
            self.run("03:00")

    def run(self, at: str) -> None:
        """The job at this time of the day, on the shards in which its index has something due; in
        the others it would ask that index and go home."""
        now = instant(self.day.isoformat(), at)
        shards = self._shards_due(now)
        if not shards:
            return
        self.world.set_clock(now)
        parcel = Parcel(f"run-{now}", EXPIRIES, datetime.fromisoformat(now), ALL, tuple(shards))
        record = {"messageId": "m-1", "eventSource": "aws:sqs", "body": parcel.text()}
        answer = self.world.invoke("expiries_worker", {"Records": [record]})
        assert answer == {"batchItemFailures": []}
        self.hear()

    def hear(self) -> None:
        """Whatever is new of a contract goes over the bus to the functions that listen, until it
        is quiet. That the clock was set is left until then: it is most of what there is."""
        while self._has_news():
            for event in self.world.relay():
                self.world.hand_out(event)
                detail = event["detail"]
                self.said.setdefault(detail["subject"], []).append(detail)

    def _has_news(self) -> bool:
        found = self.world.dynamodb.scan(
            TableName=self.world.names.table_name,
            IndexName="outbox",
            FilterExpression="begins_with(pk, :contract)",
            ExpressionAttributeValues={":contract": {"S": "contract#"}},
        )
        return bool(found["Items"])

    def _shards_due(self, now: str) -> list[str]:
        table = self.world.names.table_name
        found = self.world.dynamodb.scan(TableName=table, IndexName="expiries")["Items"]
        return sorted({item["shard"]["S"] for item in found if item["expiries_due_at"]["S"] <= now})


def ask(world: World, method: str, path: str, body: Any = None, **query: str) -> Any:
    reply = world.call(method, path, STAFF, body, query=query or None)
    assert reply.status in (200, 201), f"{method} {path}: {reply.text}"
    return reply.json


def foretold(world: World) -> dict[str, Known]:
    """Every contract's forecast, with what there is of it now."""
    charged, found = charges(world), {}
    for contract_id in BODIES:
        forecast = ask(world, "GET", f"/contracts/{contract_id}/forecast")
        assert forecast["whole"] is True
        events = len(timeline(world, contract_id))
        found[contract_id] = Known(forecast["steps"], events, charged[contract_id])
    return found


def timeline(world: World, contract_id: str) -> list[Row]:
    """The contract's events, oldest first."""
    items: list[Row] = ask(world, "GET", f"/contracts/{contract_id}/timeline", limit="200")["items"]
    return items[::-1]


def charges(world: World) -> Counter[str]:
    """How many charges each contract has had."""
    return Counter(
        item["pk"]["S"].removeprefix("contract#")
        for item in world.items()
        if item["sk"]["S"].startswith("charge#")
    )


def happened(world: World, almanac: Almanac, contract_id: str, since: Known) -> list[Row]:
    """What has come of the contract since then, as a forecast would tell it."""
    said = {detail["number"]: detail["messages"] for detail in almanac.said[contract_id]}
    rows = [
        {"on": local_day(e["at"]), "type": e["type"], "data": e["data"], "messages": said[number]}
        for number, e in enumerate(timeline(world, contract_id), 1)
        if number > since.events
    ]
    parked = [
        {
            "on": local_day(entry["at"]),
            "type": "parked",
            "data": {"reason": entry["reason"]},
            "messages": [],
        }
        for entry in ask(world, "GET", "/parked", limit="200")["items"]
        if contract_id in entry["id"]
    ]
    return rows + parked


def local_day(at: str) -> str:
    return datetime.fromisoformat(at).astimezone(ZoneInfo(CENTRAL)).date().isoformat()


def told(rows: list[Row]) -> list[Row]:
    return [{name: row[name] for name in ("on", "type", "data", "messages")} for row in rows]


def compare(world: World, almanac: Almanac, known: dict[str, Known]) -> None:
    """Up to the almanac's day, all that was foretold has come, and nothing else."""
    charged = charges(world)
    for contract_id, then in known.items():
        due = [row for row in then.foretold if row["on"] <= almanac.day.isoformat()]
        assert happened(world, almanac, contract_id, then) == told(due), contract_id
        promised = sum(len(row["charges"]) for row in due)
        assert charged[contract_id] - then.charges == promised, contract_id


def act(world: World) -> set[str]:
    """People do all that they can do; the contracts whose forecasts must be asked for anew."""
    now = instant(ACTED_ON.isoformat())
    at_once = {"mode": "immediate"}

    def noted(registry_expires_on: str) -> dict[str, str]:
        return {"registry_expires_on": registry_expires_on, "fetched_at": now}

    for contract_id, method, door, body in (
        ("im-example-atelier", "POST", "cancellation", {}),
        ("km-example-com", "POST", "cancellation", {}),
        ("sd-blommor", "POST", "cancellation", {}),  # while it waits for its renewal
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
    touched = {"im-example-atelier", "km-example-com", *ACCOUNTS}
    return touched | {name for name in BODIES if name.startswith(TOUCHED)}


TOUCHED = (
    "sd-blommor",
    "sd-fotograf",
    "sd-optik",
    "sd-bageri",
    "sd-tryckeri",
    "sd-segling",
    "sd-orkester",
    "sd-cykel",
)


def test_every_forecast_of_the_portfolio_comes_true_and_so_do_the_next_after_people_have_acted(
    world: World,
) -> None:
    almanac = Almanac(world)
    world.set_clock(instant(FIRST.isoformat()))
    for contract_id, body in BODIES.items():
        ask(world, "PUT", f"/contracts/{contract_id}", body)
    almanac.hear()
    before = foretold(world)
    almanac.until(ACTED_ON)
    compare(world, almanac, before)

    world.set_clock(instant(ACTED_ON.isoformat()))
    touched = act(world)
    almanac.hear()
    assert ask(world, "GET", "/contracts/sd-optik-konto")["closed_reason"] == "terminated"
    after = foretold(world)
    for contract_id in BODIES.keys() - touched:
        to_come = [r for r in before[contract_id].foretold if r["on"] > ACTED_ON.isoformat()]
        assert after[contract_id].foretold == to_come, contract_id
    almanac.run("13:00")
    almanac.until(LAST)
    compare(world, almanac, after)

    kinds = {row["type"] for known in after.values() for row in known.foretold}
    assert kinds >= {"parked", "contract.inactivated", "contract.expired", "contract.closed"}
    kinds = {row["type"] for known in before.values() for row in known.foretold}
    assert kinds >= {"contract.downgraded", "contract.followed"}
