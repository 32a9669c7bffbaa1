"""Says what is going on while something slow goes on, on stderr, because stdout is for answers."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Trouble(Exception):
    """Something the person at the keyboard can act on; its text is the whole message."""


def exit_code(main: Callable[[], int | None]) -> int:
    """What the program ends with: trouble is said in its one sentence, and is a 1."""
    try:
        return main() or 0
    except Trouble as trouble:
        say(str(trouble))
        return 1


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


@contextmanager
def step(what: str) -> Iterator[None]:
    """One slow step: a line that counts seconds on a terminal, a line at each end elsewhere."""
    started = time.monotonic()
    if not sys.stderr.isatty():
        say(f"{what} …")
        yield
        say(f"{what}: {time.monotonic() - started:.1f} s")
        return
    done = threading.Event()
    ticker = threading.Thread(target=_tick, args=(what, started, done), daemon=True)
    ticker.start()
    ended = "stopped after"
    try:
        yield
        ended = ""
    finally:
        done.set()
        ticker.join()
        say(f"\r\033[K{what}: {ended} {time.monotonic() - started:.1f} s".replace("  ", " "))


def _tick(what: str, started: float, done: threading.Event) -> None:
    while not done.wait(0.2):
        sys.stderr.write(f"\r\033[K{what} … {time.monotonic() - started:.0f} s")
        sys.stderr.flush()
