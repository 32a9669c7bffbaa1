"""When a run of a job is held, in words."""

from tacit.domain.fuse import Fuse


def holding(fuse: Fuse) -> list[str]:
    """What no run does by itself, and what it catches up."""
    days = "1 day" if fuse.silence_days == 1 else f"{fuse.silence_days} days"
    return [
        f"fuse: what cannot be taken back waits for staff where a run would do {fuse.min_count} "
        "of it or more, and no run has done any before, or none for more than "
        f"{days}, or its day comes to far more than usual",
        f"far more than usual: over {fuse.share_percent} % of the busiest of the last days, and "
        f"over {fuse.absolute} above it",
    ]
