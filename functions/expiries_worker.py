"""Works one message of the expiries queue: some shards of a run, until time runs short."""

from tacit.runtime.job_work import working
from tacit.runtime.worker import Worker

handler = working(Worker)
