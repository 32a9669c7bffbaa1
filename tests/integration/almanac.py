"""Both jobs on every day on which either of them has something to do, and what came of it."""

from datetime import date, datetime, timedelta
from typing import Any

from tacit.runtime.jobs import EXPIRIES, RENEWALS, Parcel
from tacit.store.runs import ALL
from tests.integration.conftest import World
from tests.integration.rules.scenes import instant

Row = dict[str, Any]


class Almanac:
    """The days from `first` on. `said` is what each contract's events had to say, in the order of
    the bus; `parked` what waited for a person when it was last asked for."""

    def __init__(self, world: World, first: date) -> None:
        self.world, self.day = world, first
        self.said: dict[str, list[Row]] = {}
        self.parked: list[Row] = []
        self._calendar: dict[str, dict[str, Row]] = {}
        self._runs = 0

    def until(self, day: date) -> None:
        while self.day < day:
            self.day += timedelta(days=1)
            self.live("03:00")

    def live(self, at: str) -> None:
        """The day's runs at this time: what ends, what is collected, and what ends because it was
        not; once more where something came of it that is due on the same day."""
        now = instant(self.day.isoformat(), at)
        if not self._entries(now):
            return
        self.world.set_clock(now)
        seen = set[tuple[str, str, str]]()
        while (due := self._entries(now)) - seen:
            seen |= due
            for job in (EXPIRIES, RENEWALS, EXPIRIES):
                self._run(job, now)

    def _run(self, job: str, now: str) -> None:
        """On the shards in which the job's index has something due; in the others it would ask
        that index and go home."""
        shards = sorted({item["shard"]["S"] for item in self._due(job, now).values()})
        if not shards:
            return
        self._runs += 1
        parcel = Parcel(f"run-{self._runs}", job, datetime.fromisoformat(now), ALL, tuple(shards))
        record = {"messageId": "m-1", "eventSource": "aws:sqs", "body": parcel.text()}
        answer = self.world.invoke(f"{job}_worker", {"Records": [record]})
        assert answer == {"batchItemFailures": []}
        self.hear()

    def hear(self) -> None:
        """Whatever is new of a contract goes over the bus to the functions that listen, until it
        is quiet. That the clock was set is left until then: it is most of what there is."""
        self._calendar = {}
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

    def _entries(self, now: str) -> set[tuple[str, str, str]]:
        """What is due in either calendar: the job, the contract, and since when."""
        return {
            (job, pk, item[f"{job}_due_at"]["S"])
            for job in (EXPIRIES, RENEWALS)
            for pk, item in self._due(job, now).items()
        }

    def _due(self, job: str, now: str) -> dict[str, Row]:
        """The keys that are due, by contract; the index is read again when something was done."""
        if job not in self._calendar:
            table = self.world.names.table_name
            found = self.world.dynamodb.scan(TableName=table, IndexName=job)["Items"]
            self._calendar[job] = {item["pk"]["S"]: item for item in found}
        due_at = f"{job}_due_at"
        keys = self._calendar[job].items()
        return {pk: item for pk, item in keys if item[due_at]["S"].partition("#")[0] <= now}
