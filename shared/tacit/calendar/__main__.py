"""`python -m tacit.calendar rebuild` puts every stored instant right. Run with the folder `shared`
on PYTHONPATH; region, credentials and endpoint are the SDK's, from the environment."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict

from tacit.calendar.rebuild import Rebuild
from tacit.runtime.stack import Settings, Stack


def main(arguments: Sequence[str]) -> int:
    """The exit code: 0 all is right; 1 all but the heads that cannot be read; 2 not begun, or not
    finished. The one line on stdout counts, as JSON."""
    parser = _parser()
    asked = parser.parse_args(arguments)
    try:
        settings = Settings.of_environment(asked.table)
        rebuild = Rebuild(Stack(settings).table, _say, asked.dry_run)
    except KeyError:
        parser.error("which table? --table NAME, or TABLE_NAME in the environment")
    except Exception as error:
        _say(f"{type(error).__name__}: {error}\nNothing was begun.")
        return 2
    try:
        tally = rebuild.run(asked.from_start)
    except Exception as error:  # 1 is for what was finished
        _say(f"{type(error).__name__}: {error}\nCalled again, it goes on where it stopped.")
        return 2
    counts = asdict(tally) | {"dry_run": asked.dry_run}
    sys.stdout.write(json.dumps(counts, ensure_ascii=False) + "\n")
    return 1 if tally.unreadable else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m tacit.calendar", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    rebuilding = commands.add_parser("rebuild", help="recompute stored instants; may be cut off")
    rebuilding.add_argument("--table", metavar="NAME", help="unless TABLE_NAME names it")
    rebuilding.add_argument("--dry-run", action="store_true", help="count, and write nothing")
    rebuilding.add_argument(
        "--from-start", action="store_true", help="and not where the last call was cut off"
    )
    return parser


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
