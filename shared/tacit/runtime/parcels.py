"""A message of a job: its shards one after the other, as long as the invocation's time lasts."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from tacit.runtime.errand import Errand
from tacit.runtime.jobs import Jobs, Parcel
from tacit.runtime.observability import count, logger
from tacit.runtime.stages import Stages
from tacit.store.runs import PLAN
from tacit.store.shard_states import COUNTS, ShardState

# Brings a shard to its end and adds up what came of its records; False where time ran out before.
WorkShard = Callable[[Errand, ShardState, Counter[str]], bool]


def work_parcel(
    jobs: Jobs, stages: Stages, parcel: Parcel, is_late: Callable[[], bool], work: WorkShard
) -> None:
    """What is left when time runs short goes on as a message of its own. One shard at least is
    begun, so that a run always ends."""
    totals: Counter[str] = Counter(dict.fromkeys(COUNTS, 0))
    errand_of = stages.errands(parcel)
    for number, shard in enumerate(parcel.shards):
        if (number and is_late()) or not work(*errand_of(shard), totals):
            jobs.send([replace(parcel, shards=parcel.shards[number:])])
            break
    else:
        stages.over(parcel)
    logger().info("parcel worked", run=parcel.run_id, stage=parcel.stage, counts=dict(totals))
    if parcel.stage != PLAN:
        count({name.capitalize(): value for name, value in totals.items()})
