"""The shapes of job runs and of what they put aside, as they are answered.

A field that a run gains is one line here.
"""

from __future__ import annotations

from local.openapi.schemas import (
    INSTANT,
    TEXT,
    WHOLE,
    Schema,
    by_name,
    many,
    null,
    one_of,
    thing,
)
from tacit.runtime.jobs import JOBS

OF_JOBS: dict[str, Schema] = {
    "JobRun": thing(
        id=null(TEXT),
        job=one_of(*JOBS),
        as_of=INSTANT,
        status=one_of("running", "done"),
        counts=by_name(WHOLE),
        started_at=INSTANT,
        scope=null(many(TEXT)),
        shards_done=WHOLE,
    ),
    "ParkedRecord": thing(id=TEXT, provider=null(TEXT), reason=TEXT, at=INSTANT),
}
