"""Works one message of the invoice reminders: some shards of a run, until time runs short."""

from tacit.runtime.job_work import working
from tacit.runtime.reminder import Reminder

handler = working(Reminder)
