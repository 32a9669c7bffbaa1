"""Starts the run of the renewals job: from the scheduler, or invoked with {"as_of": …}."""

from tacit.runtime.job_start import starter
from tacit.runtime.jobs import RENEWALS

handler = starter(RENEWALS)
