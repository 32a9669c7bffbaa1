"""`python -m tacit.policies check` and `explain`, as they are called and as the page shows them."""

import json
import re
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import tacit.policies
from tacit.policies.__main__ import main
from tests.unit.field_pages import FieldPage

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = Path(tacit.policies.__file__).parent
FILES = sorted(SHIPPED.glob("*-*.toml"))
PAGE = FieldPage("policies.md", dict)
TODAY = date(2026, 5, 1)
CALLED = "python -m tacit.policies "


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    """The page's whole example with the mistakes that the page describes."""
    file = tmp_path / "draft.toml"
    (text,) = re.findall(r"^```toml\n(.*?)^```", PAGE.text(), re.M | re.S)
    for before, after in (
        ("\ndays = 30\n", "\nday = 30\n"),
        ('fee = "80.00", ', ""),
        ('id = "backup"\nkind = "addon"', 'id = "backup"\nkind = "boxes"'),
    ):
        assert text.count(before) == 1, before
        text = text.replace(before, after)
    file.write_text(text, "utf-8")
    return file


def called(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str]:
    """What is asked about a file that is shipped, and does not change, is worked out once."""
    asked = tuple(str(each) for each in arguments)
    if not any(Path(each).parent == SHIPPED for each in asked):
        return _called(capsys, asked)
    if asked not in ANSWERS:
        ANSWERS[asked] = _called(capsys, asked)
    return ANSWERS[asked]


ANSWERS: dict[tuple[str, ...], tuple[int, str]] = {}


def _called(capsys: pytest.CaptureFixture[str], asked: tuple[str, ...]) -> tuple[int, str]:
    code = main(asked, TODAY)
    return code, capsys.readouterr().out


def shown() -> dict[str, str]:
    """The arguments of each call on the page, with the answer under it."""
    blocks = re.findall(r"^```text\n\$ (.*?)\n(.*?)^```", PAGE.text(), re.M | re.S)
    return {asked.removeprefix(CALLED): answer for asked, answer in blocks}


def test_the_page_shows_what_check_says(draft: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert called(capsys, "check", draft) == (1, shown()["check draft.toml"])


def test_the_page_shows_how_explain_begins(capsys: pytest.CaptureFixture[str]) -> None:
    (asked,) = (each for each in shown() if each.startswith("explain"))
    command, file, *options = asked.split()
    code, answer = called(capsys, command, ROOT / file, *options)
    assert code == 0
    assert answer.startswith(shown()[asked] + "\n")


def test_all_errors_are_said_in_one_call(draft: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of the form, and of what is meant by those kinds whose form is right."""
    text = draft.read_text("utf-8")
    text += '\n[kinds.more]\nclosed_reason = "terminated"\n[[kinds.more.lives]]\n'
    draft.write_text(text + 'phases = [{ name = "limbo" }]\n', "utf-8")
    code, answer = called(capsys, "check", draft)
    paths = re.findall(r"^error: (\S+): ", answer, re.M)
    assert code == 1
    assert paths == [
        "kinds.domain.lives[0].phases[0].day",
        "kinds.domain.lives[0].phases[1].restore.fee",
        "kinds.domain.lives[0].phases",
        "plans[1].kind",
        "kinds.more.lives[0].phases[0]",
    ]


def test_a_mistake_in_what_holds_for_all_kinds_is_not_told_again_for_each(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (SHIPPED / "kreativmedia-1.toml").read_text("utf-8")
    file = tmp_path / "draft.toml"
    file.write_text(text.replace('modes = ["at_term"]', 'modes = ["at_trem"]'), "utf-8")
    code, answer = called(capsys, "check", file)
    assert (code, re.findall(r"^error: (\S+): ", answer, re.M)) == (1, ["actions.cancel.modes"])


def test_a_mistake_in_the_fuse_hides_none_in_the_kinds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (SHIPPED / "kreativmedia-1.toml").read_text("utf-8")
    text = text.replace("min_count = 500", "min_count = 0")
    text = re.sub(r'(name = "restorable"\n)days.*\n.*\nrestore.*\n', r"\1", text)
    file = tmp_path / "draft.toml"
    file.write_text(text, "utf-8")
    code, answer = called(capsys, "check", file)
    paths = re.findall(r"^error: (\S+): ", answer, re.M)
    assert (code, paths) == (1, ["fuse.min_count", "kinds.hosting.lives[0].phases[0]"])


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_shipped_policy_has_no_errors(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, answer = called(capsys, "check", file)
    assert code == 0
    assert answer.splitlines()[-1].startswith(f"{file.name}: no errors, ")
    assert "error: " not in answer


def test_warnings_alone_are_no_failure(capsys: pytest.CaptureFixture[str]) -> None:
    """S4 promises three months, which is more than .se allows: both days are named."""
    code, answer = called(capsys, "check", SHIPPED / "svenska-domaner-1.toml")
    assert code == 0
    (line,) = (line for line in answer.splitlines() if ".se " in line)
    assert line == (
        "warning: kinds.domain.lives[0].phases: with an expiry on 2027-01-01 the policy lets a "
        "contract come back until 2027-04-01, the registry of .se only until 2027-03-12"
    )


def test_programs_are_told_the_same(draft: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, answer = called(capsys, "check", "--json", draft)
    told: dict[str, Any] = json.loads(answer)
    assert code == 1
    assert told.keys() == {"file", "errors", "warnings"}
    assert told["file"] == "draft.toml"
    _, plain = called(capsys, "check", draft)
    lines = [f"error: {each['path']}: {each['says']}" for each in told["errors"]]
    assert plain.splitlines()[:-1] == lines


def test_the_examples_expire_on_the_day_that_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    file = SHIPPED / "svenska-domaner-1.toml"
    assert "expiry on 2027-01-01" in called(capsys, "check", file)[1]
    said = called(capsys, "check", file, "--expiry", "2025-03-31")[1]
    assert "expiry on 2025-03-31" in said and ".se only until 2025-06-09" in said


@pytest.mark.parametrize("day", ["tomorrow", "1800-01-01", "2199-12-31"])
def test_a_day_that_cannot_be_reckoned_with_is_refused(day: str) -> None:
    with pytest.raises(SystemExit) as wrong:
        main(["check", str(FILES[0]), "--expiry", day], TODAY)
    assert wrong.value.code == 2


@pytest.mark.parametrize("text", ["provider = ", "a = 1\na = 2\n", "\xff"])
def test_what_is_no_toml_is_one_error(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "draft.toml"
    file.write_bytes(text.encode("latin-1"))
    for command in ("check", "explain"):
        code, answer = called(capsys, command, file)
        assert (code, answer.count("error: ")) == (1, 1)
        assert "draft.toml: is no TOML" in answer


def test_a_file_that_is_not_there_is_no_finding(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(tmp_path / "none.toml")], TODAY) == 2
    assert "No such file" in capsys.readouterr().err


def test_a_file_that_would_not_be_found_by_its_name_is_warned_of(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "kreativmedia-2.toml"
    file.write_bytes((SHIPPED / "kreativmedia-1.toml").read_bytes())
    code, answer = called(capsys, "check", file)
    assert code == 0
    assert "it is found only as kreativmedia-1.toml" in answer


def test_a_file_with_errors_is_not_explained(
    draft: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, answer = called(capsys, "explain", draft)
    assert code == 1
    assert "unknown field" in answer and "kind domain" not in answer


def test_it_runs_as_a_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tacit.policies", "check", FILES[0]],
        env={"PYTHONPATH": str(ROOT / "shared")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert FILES[0].name in done.stdout


def test_a_mistake_about_tickets_hides_no_mistake_about_a_kind(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (SHIPPED / "infomaniak-1.toml").read_text("utf-8")
    assert text.count("mail_hour = 9") == 1
    text = text.replace("mail_hour = 9", "mail_hour = 13")
    text += '\n[kinds.more]\nclosed_reason = "terminated"\n[[kinds.more.lives]]\n'
    file = tmp_path / "draft.toml"
    file.write_text(text + 'phases = [{ name = "limbo" }]\n', "utf-8")
    _, answer = called(capsys, "check", file)
    assert re.findall(r"^error: (\S+): ", answer, re.M) == [
        "ticketing.mail_hour",
        "kinds.more.lives[0].phases[0]",
    ]
