"""A provider's fuse as the runs of a job meet it."""

from datetime import datetime

from tacit.domain.fuse import Tripped, Usual, Why
from tacit.store.fuses import Fuses
from tests.repository.desk import Desk
from tests.unit.cases import at

JOB, PROVIDER = "expiries", "kreativmedia"
AS_OF: datetime = at("2026-03-01")
TRIPPED = Tripped(
    Why.FAR_MORE_THAN_USUAL,
    {
        "count": 900,
        "min_count": 500,
        "day": 900,
        "busiest": 12,
        "share_percent": 300,
        "absolute": 500,
    },
)


def hold(desk: Desk, job: str, run_id: str) -> str:
    return str(Fuses(desk.table).hold(job, PROVIDER, run_id, TRIPPED, AS_OF))


def fold(desk: Desk, job: str, run_id: str, count: int) -> str:
    Fuses(desk.table).done(job, PROVIDER, run_id, AS_OF, count)
    return "folded"


def seen(desk: Desk, job: str = JOB, provider: str = PROVIDER) -> tuple[Usual, str | None]:
    """What is usual and which run is held, by a fresh read."""
    fuse = Fuses(desk.table).one(job, provider)
    return fuse.usual, fuse.held.run_id if fuse.held else None
