"""`python -m tacit.policies check FILE` says what is wrong with a policy file, `explain FILE` what
becomes of contracts under it. Run with the folder `shared` on PYTHONPATH; changes nothing."""

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from tacit.domain.days import EARLIEST, LATEST
from tacit.domain.table_form import Finding
from tacit.policies.checking import Report, check
from tacit.policies.explanation import explain

_LAST = LATEST.replace(year=LATEST.year - 40)


def main(arguments: Sequence[str], today: date) -> int:
    """The exit code: 0 right, warnings or not; 1 wrong; 2 the command itself cannot be run."""
    asked = _parser().parse_args(arguments)
    expires_on = asked.expiry or date(today.year + 1, 1, 1)
    try:
        report = check(asked.file, expires_on)
    except OSError as wrong:
        sys.stderr.write(f"{asked.file}: {wrong.strerror}\n")
        return 2
    if asked.command == "explain" and report.policy is not None and not report.errors:
        sys.stdout.write(explain(report.policy, expires_on))
    else:
        said = _json(asked.file, report) if asked.command == "check" and asked.json else None
        sys.stdout.write(said or _plain(asked.file, report))
    return 1 if report.errors else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m tacit.policies", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    checking = commands.add_parser("check", help="what is wrong with a policy file")
    checking.add_argument("--json", action="store_true", help="for programs")
    explaining = commands.add_parser("explain", help="what becomes of contracts under it")
    for each in (checking, explaining):
        each.add_argument("file", type=Path, metavar="FILE")
        each.add_argument(
            "--expiry",
            type=_day,
            metavar="DATE",
            help="the day on which the examples expire; the first of January unless said",
        )
    return parser


def _day(text: str) -> date:
    """Examples live for a while, so their expiry keeps away from the end of the calendar."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date such as 2027-01-01") from None
    if not EARLIEST <= day <= _LAST:
        raise argparse.ArgumentTypeError(f"a date from {EARLIEST} to {_LAST}")
    return day


def _plain(file: Path, report: Report) -> str:
    lines = [f"error: {each}" for each in report.errors]
    lines += [f"warning: {each}" for each in report.warnings]
    lines.append(
        f"{file.name}: {_count(report.errors, 'error')}, {_count(report.warnings, 'warning')}"
    )
    return "".join(f"{line}\n" for line in lines)


def _count(findings: Sequence[Finding], word: str) -> str:
    return f"{len(findings) or 'no'} {word}{'' if len(findings) == 1 else 's'}"


def _json(file: Path, report: Report) -> str:
    body = {
        "file": file.name,
        "errors": [{"path": each.path, "says": each.says} for each in report.errors],
        "warnings": [{"path": each.path, "says": each.says} for each in report.warnings],
    }
    return json.dumps(body, ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], date.today()))  # noqa: DTZ011 - any day of the year will do
