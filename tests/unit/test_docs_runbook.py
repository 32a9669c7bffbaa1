"""The runbook names every alarm of the template and no other, and its commands are there."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from botocore import xform_name
from botocore.session import get_session

from tacit.calendar.__main__ import _parser as calendar
from tacit.erasure.__main__ import _parser as erasure
from tacit.redrive.__main__ import _parser as redrive
from tests.tables import template
from tests.unit.test_docs_pages import doors

ROOT = Path(__file__).resolve().parents[2]
RUNBOOK = (ROOT / "docs" / "runbook.md").read_text("utf-8")
ERASURE = (ROOT / "docs" / "erasure.md").read_text("utf-8")
PARSERS = {"calendar": calendar, "erasure": erasure, "redrive": redrive}
OF_THE_CLI = {"query", "output"}


def of_type(kind: str) -> set[str]:
    return {name for name, each in template()["Resources"].items() if each["Type"] == kind}


def sections(of: str) -> list[str]:
    part = RUNBOOK.partition(f"\n## {of}\n")[2].partition("\n## ")[0]
    return re.findall(r"^### (.+)$", part, re.MULTILINE)


def test_every_alarm_has_its_section_and_every_section_an_alarm() -> None:
    named = [name for heading in sections("Alarms") for name in heading.split(", ")]
    assert len(named) == len(set(named))
    assert set(named) == of_type("AWS::CloudWatch::Alarm")


@pytest.mark.parametrize("heading", sections("Alarms"))
def test_every_alarm_says_how_bad_it_is_and_where_to_look(heading: str) -> None:
    text = RUNBOOK.partition(f"### {heading}\n")[2].partition("\n### ")[0].partition("\n## ")[0]
    assert re.search(r"\*\*(Now|Today|This week)\b", text), heading
    assert "```sh" in text or "](#" in text or "Log: `" in text, heading


@cache
def commands() -> tuple[str, ...]:
    """Every line of a shell in both pages, with those that it goes on in."""
    blocks = re.findall(r"```sh\n(.*?)```", RUNBOOK + ERASURE, re.DOTALL)
    inline = re.findall(r"`((?:aws|python -m) [^`]+)`", RUNBOOK + ERASURE)
    joined = [re.sub(r"\\\n\s*", " ", block) for block in blocks]
    return (*(line.strip() for block in joined for line in block.splitlines()), *inline)


_WITHIN = re.compile(r"""\$\(((?:[^()"]|"[^"]*"|\([^()]*\))*)\)""")


def asked_of_aws() -> Iterator[tuple[str, str, list[str]]]:
    """(service, operation, options) of every call of the AWS CLI, those within others as well."""
    waiting = [re.sub(r"'[^']*'", "TEXT", line) for line in "\n".join(commands()).split("\n")]
    while waiting:
        line = waiting.pop()
        waiting += _WITHIN.findall(line)
        own = _WITHIN.sub("VALUE", line)
        for call in re.finditer(r"\baws ([a-z0-9]+) ([a-z-]+)([^;]*)", own):
            yield call[1], call[2], re.findall(r"(?<!\S)--([a-z-]+)", call[3])


@pytest.mark.parametrize(
    ("service", "operation", "options"), list(asked_of_aws()), ids=lambda each: str(each)[:40]
)
def test_what_is_asked_of_aws_can_be_asked(
    service: str, operation: str, options: list[str]
) -> None:
    model = get_session().get_service_model(service)
    operations = {xform_name(name, "-"): name for name in model.operation_names}
    assert operation in operations
    shape = model.operation_model(operations[operation]).input_shape
    members: dict[str, Any] = shape.members if shape is not None else {}
    known = {xform_name(name, "-") for name in members} | OF_THE_CLI
    for option in options:
        assert option in known or option.removeprefix("no-") in known, option


def test_no_call_of_aws_is_overlooked() -> None:
    text = "\n".join(commands())
    assert len(list(asked_of_aws())) == len(re.findall(r"\baws [a-z]", text)) > 25


def test_modules_are_there_and_take_these_arguments() -> None:
    called = re.findall(r"python -m tacit\.([a-z]+) ([^\n`|]*)", "\n".join(commands()))
    assert {module for module, _ in called} == set(PARSERS)
    for module, arguments in called:
        words = re.sub(r'"\$\([^)]*\)"|"\$\w+"', "NAME", arguments).split("#")[0].split()
        asked = PARSERS[module]().parse_args(words)
        queue = getattr(asked, "queue", None)
        assert queue is None or queue in of_type("AWS::SQS::Queue"), queue


def test_doors_functions_logs_and_outputs_that_are_named_are_there() -> None:
    texts = RUNBOOK + ERASURE
    named = re.findall(r"`((?:GET|PUT|POST|PATCH|DELETE) /[^`?]*)(?:\?[^`]*)?`", texts)
    assert set(named) <= set(doors())
    resources = template()["Resources"].values()
    groups = {
        str(each["Properties"]["LogGroupName"]["Fn::Sub"]).rpartition("/")[2]
        for each in resources
        if each["Type"] == "AWS::Logs::LogGroup"
    }
    assert set(re.findall(r"/\$STACK/([\w-]+)", RUNBOOK)) <= groups
    for line in re.findall(r"[Ll]og(?:: | of | is that of )((?:`[\w-]+`(?:,\s| or )?)+)", RUNBOOK):
        assert set(re.findall(r"`([\w-]+)`", line)) <= groups, line
    outputs = set(template()["Outputs"])
    assert set(re.findall(r"\bout ([A-Z]\w+)", RUNBOOK)) <= outputs
    for worker in ("Expiries", "Renewals", "InvoiceReminders"):
        assert f"{worker}WorkerFunctionArn" in outputs


def test_links_within_the_runbook_lead_to_a_heading() -> None:
    headings = re.findall(r"^#+ (.+)$", RUNBOOK, re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", each).lower().replace(" ", "-") for each in headings}
    wanted = set(re.findall(r"\]\(#([^)]+)\)", RUNBOOK))
    wanted |= set(re.findall(r"runbook\.md#([^)]+)\)", ERASURE))
    assert wanted <= anchors, wanted - anchors


def test_the_procedures_that_every_operator_looks_for_are_there() -> None:
    assert sections("Standing procedures") == [
        "First deployment and import",
        "Dead letters",
        "A parked record",
        "A held run",
        "Erasing a person",
        "Calendar rebuild",
        "Restoring from a backup",
        "Rotating the secret",
        "A new policy version",
        "A region's outage",
    ]


def test_every_obstacle_of_an_erasure_is_told() -> None:
    files = [ROOT / "shared/tacit/domain/erasing.py", *(ROOT / "shared/tacit/erasure").glob("*.py")]
    made = {
        code
        for file in files
        for code in re.findall(r'Obstacle\(\s*"(\w+)"', file.read_text("utf-8"))
    }
    assert len(made) >= 10
    assert set(re.findall(r"^\| `(\w+)` \|", ERASURE, re.MULTILINE)) == made
