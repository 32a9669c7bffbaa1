"""Works one message of the renewals queue: some shards of a run, until time runs short."""

from tacit.runtime.collector import Collector
from tacit.runtime.job_work import working

handler = working(Collector)
