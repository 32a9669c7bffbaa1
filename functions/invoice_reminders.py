"""Starts the run of the invoice reminders: from the scheduler, or invoked with {"as_of": …}."""

from tacit.runtime.job_start import starter
from tacit.runtime.jobs import REMINDERS

handler = starter(REMINDERS)
