"""The shapes of job runs, of what they say record by record, and of what they put aside.

A field that a run gains is one line here.
"""

from __future__ import annotations

from local.openapi.schemas import (
    DAY,
    FLAG,
    INSTANT,
    MONEY,
    TEXT,
    WHOLE,
    Schema,
    by_name,
    many,
    may_have,
    null,
    one_of,
    ref,
    thing,
)
from tacit.domain.fuse import Why
from tacit.runtime.jobs import JOBS

NUMBER: Schema = {"type": "number"}
CHANNELLED = {"kind": TEXT, "channel": TEXT}
# Why a provider's irreversible steps wait: the code with its numbers, or the run that they joined.
HELD = may_have(
    thing(provider=TEXT),
    joins=TEXT,
    code=one_of(*Why),
    count=WHOLE,
    min_count=WHOLE,
    silence=WHOLE,
    silence_days=WHOLE,
    day=WHOLE,
    busiest=WHOLE,
    share_percent=WHOLE,
    absolute=WHOLE,
)
OF_JOBS: dict[str, Schema] = {
    "JobRun": thing(
        id=null(TEXT),
        job=one_of(*JOBS),
        as_of=INSTANT,
        status=one_of("running", "held", "done", "failed"),
        counts=by_name(WHOLE),
        totals=thing(
            charges=WHOLE,
            charged=many(MONEY),
            events=by_name(WHOLE),
            messages=many(thing(**CHANNELLED, count=WHOLE)),
        ),
        started_at=INSTANT,
        finished_at=null(INSTANT),
        seconds=null(WHOLE),
        scope=null(many(TEXT)),
        shards_done=WHOLE,
        preview=FLAG,
        preview_id=null(TEXT),
        held=many(HELD),
        released_at=null(INSTANT),
        capacity=thing(read_units=NUMBER, write_units=NUMBER),
    ),
    "RunLine": may_have(
        thing(id=TEXT, provider=TEXT, outcome=TEXT),
        status=TEXT,
        events=many(TEXT),
        charges=many(ref("Charge")),
        messages=many(thing(**CHANNELLED)),
        expires_on=DAY,
        short=null(thing(code=TEXT, account_id=null(TEXT), short=MONEY)),
    ),
    "RunDifference": thing(
        id=TEXT, provider=TEXT, why=TEXT, planned=null(ref("RunLine")), now=null(ref("RunLine"))
    ),
    "ParkedRecord": thing(id=TEXT, provider=null(TEXT), reason=TEXT, at=INSTANT),
}
