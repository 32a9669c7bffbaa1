"""What operators do with the stored calendars: `python -m tacit.calendar`."""
