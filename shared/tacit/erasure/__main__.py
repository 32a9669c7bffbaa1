"""`python -m tacit.erasure` takes a person, or a buyer of tickets, out of the table. Without
`--carry-out` it only says what it would do and what has to end before. Run with the folder `shared`
on PYTHONPATH; region, credentials and endpoint are the SDK's, from the environment."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from tacit.erasure.buyer import BuyerErasure
from tacit.erasure.person import PersonErasure
from tacit.erasure.rewriting import Hindered, Tally
from tacit.policies import shipped
from tacit.runtime.stack import Settings, Stack

_ANSWERS_ARE_KEPT = timedelta(hours=24)


def main(arguments: Sequence[str]) -> int:
    """The exit code: 0 erased, or nothing stands against it; 1 something has to end before; 2 not
    begun, or not finished. The one line on stdout tells, as JSON, and names nobody."""
    parser = _parser()
    asked = parser.parse_args(arguments)
    if asked.provider not in shipped():
        parser.error(f"no policy of {asked.provider!r} is shipped")
    try:
        stack = Stack(Settings.of_environment(asked.table))
        now, name = stack.clock.now(), _name(asked.person or asked.buyer)
    except KeyError:
        parser.error("which table? --table NAME, or TABLE_NAME in the environment")
    except Exception as error:
        _say(f"{type(error).__name__}: {error}\nNothing was begun.")
        return 2
    try:
        tally, erased = _done(stack, asked, name, now)
    except Exception as error:  # 1 is for what was refused
        _say(f"{type(error).__name__}: {error}\nCalled again, it goes on where it stopped.")
        return 2
    told: dict[str, Any] = {**asdict(tally), "erased": erased}
    if erased:
        until = now + _ANSWERS_ARE_KEPT
        told["answers_are_kept_until"] = until.isoformat(timespec="seconds")
    sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
    return 1 if tally.obstacles else 0


def _done(stack: Stack, asked: argparse.Namespace, name: str, now: datetime) -> tuple[Tally, bool]:
    """What was done or would be, and whether it was."""
    erasing = PersonErasure if asked.person is not None else BuyerErasure
    erasure: PersonErasure | BuyerErasure = erasing(stack.table, asked.provider, name, _say)
    found = erasure.looked_at(now)
    if found.obstacles or not asked.carry_out:
        return found, False
    try:
        return erasure.carried_out(now), True
    except Hindered as hindered:  # by what has come since it was looked at
        found.obstacles += hindered.obstacles
        return found, False


def _name(given: str) -> str:
    """`-` is for the first line of stdin: a shell remembers what it was told."""
    name = sys.stdin.readline().strip() if given == "-" else given
    if not name:
        raise ValueError("nobody is named")
    return name


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m tacit.erasure", description=__doc__)
    parser.add_argument("--provider", required=True, metavar="PROVIDER")
    who = parser.add_mutually_exclusive_group(required=True)
    who.add_argument("--person", metavar="SUBJECT", help="as contracts name him; - reads stdin")
    who.add_argument("--buyer", metavar="EMAIL", help="of ticket orders; - reads stdin")
    parser.add_argument("--table", metavar="NAME", help="unless TABLE_NAME names it")
    parser.add_argument(
        "--carry-out", action="store_true", help="and not only look: there is no way back"
    )
    return parser


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
