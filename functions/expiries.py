"""Starts the run of the expiries job: from the scheduler, or invoked with {"as_of": …}."""

from tacit.runtime.job_start import starter
from tacit.runtime.jobs import EXPIRIES

handler = starter(EXPIRIES)
