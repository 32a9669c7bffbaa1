"""Nothing is lost without a word: what was not handed over, what was logged, what should ring.

Each check looks at the template after SAM's transformation, and finds what it is about in one that
was broken for the purpose.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.template.expanding import copied, expanded, of_type, target

Whole = dict[str, Any]
Check = Callable[[Whole], list[str]]

DAY = 86_400
# The one dimension of a namespace, what its value is taken of, and how.
SENT = {
    "AWS/SQS": ("QueueName", "AWS::SQS::Queue"),
    "AWS/Lambda": ("FunctionName", "AWS::Lambda::Function"),
}


def dead_ends(whole: Whole) -> list[str]:
    """Whatever hands something over, and has nowhere to put what it could not."""
    queues = of_type(whole, "AWS::SQS::Queue")
    functions = set()
    found = []
    for name, mapping in of_type(whole, "AWS::Lambda::EventSourceMapping").items():
        source = queues.get(target(mapping["EventSourceArn"]))
        aside = mapping.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")
        if source is not None:
            aside = source.get("RedrivePolicy", {}).get("deadLetterTargetArn")
        if target(aside) not in queues:
            found.append(name)
        elif source and queues[target(aside)]["MessageRetentionPeriod"] < 14 * DAY:
            found.append(target(aside))  # a message's age goes on counting among the dead letters
    for name, schedule in of_type(whole, "AWS::Scheduler::Schedule").items():
        functions.add(target(schedule["Target"]["Arn"]))
        if target(schedule["Target"].get("DeadLetterConfig", {}).get("Arn")) not in queues:
            found.append(name)
    for name, rule in of_type(whole, "AWS::Events::Rule").items():
        letters = [each.get("DeadLetterConfig", {}).get("Arn") for each in rule["Targets"]]
        found += [name for each in letters if target(each) not in queues]
    for config in of_type(whole, "AWS::Lambda::EventInvokeConfig").values():
        if target(config["DestinationConfig"]["OnFailure"]["Destination"]) in queues:
            functions.discard(target(config["FunctionName"]))
    return found + sorted(functions)


def logs_for_ever(whole: Whole) -> list[str]:
    """A group without an end, or a function that would make one of its own without an end."""
    groups = of_type(whole, "AWS::Logs::LogGroup")
    ends = {"Ref": "LogRetentionDays"}
    found = [name for name, each in groups.items() if each.get("RetentionInDays") != ends]
    for name, function in of_type(whole, "AWS::Lambda::Function").items():
        if target(function.get("LoggingConfig", {}).get("LogGroup")) not in groups:
            found.append(name)
    for name, stage in of_type(whole, "AWS::ApiGateway::Stage").items():
        if target(stage["AccessLogSetting"]["DestinationArn"]) not in groups:
            found.append(name)
    return found


def schedules_of_some_zone(whole: Whole) -> list[str]:
    """In any zone but UTC an hour is skipped once a year, and one comes twice."""
    return [
        name
        for name, each in of_type(whole, "AWS::Scheduler::Schedule").items()
        if not each["ScheduleExpression"].startswith("rate(")
        and each.get("ScheduleExpressionTimezone") != "UTC"
    ]


def alarms_about_nothing(whole: Whole) -> list[str]:
    """Of a dimension that is not there CloudWatch says nothing: the alarm is quiet for ever."""
    found = []
    for name, alarm in of_type(whole, "AWS::CloudWatch::Alarm").items():
        told = {each["Name"]: each["Value"] for each in alarm["Dimensions"]}
        if alarm["Namespace"] in SENT:
            dimension, kind = SENT[alarm["Namespace"]]
            value = told.get(dimension)
            about = whole["Resources"].get(target(value), {})
            its_name: Any = {"Fn::GetAtt": [target(value), "QueueName"]}
            if dimension == "FunctionName":
                its_name = {"Ref": target(value)}
            as_often = about.get("Condition") in (None, whole["Resources"][name].get("Condition"))
            if about.get("Type") != kind or value != its_name or not as_often or len(told) > 1:
                found.append(name)
        elif set(told) not in ({"service"}, {"job", "service"}, {"ApiName", "Stage"}):
            found.append(name)
    return found


def alarms_that_look_back_too_far(whole: Whole) -> list[str]:
    """CloudWatch takes a day of periods below an hour, and seven of longer ones."""
    return [
        name
        for name, alarm in of_type(whole, "AWS::CloudWatch::Alarm").items()
        if alarm["Period"] * alarm["EvaluationPeriods"]
        > (DAY if alarm["Period"] < 3600 else 7 * DAY)
    ]


def properties(whole: Whole, name: str) -> Whole:
    found: Whole = whole["Resources"][name]["Properties"]
    return found


BREAKS: list[tuple[Check, str, Callable[[Whole], Any]]] = [
    (dead_ends, "queue", lambda w: properties(w, "MailQueue").pop("RedrivePolicy")),
    (
        dead_ends,
        "letters that go first",
        lambda w: properties(w, "MailDeadLetters").update(MessageRetentionPeriod=DAY),
    ),
    (dead_ends, "stream", lambda w: properties(w, "RelayFunctionStream").pop("DestinationConfig")),
    (
        dead_ends,
        "schedule",
        lambda w: properties(w, "ExpiriesFunctionHourly")["Target"].pop("DeadLetterConfig"),
    ),
    (dead_ends, "rule", lambda w: properties(w, "MailRule")["Targets"][0].pop("DeadLetterConfig")),
    (dead_ends, "invocation", lambda w: w["Resources"].pop("SweepFunctionEventInvokeConfig")),
    (logs_for_ever, "group", lambda w: properties(w, "MailLogs").pop("RetentionInDays")),
    (logs_for_ever, "function", lambda w: properties(w, "MailFunction").pop("LoggingConfig")),
    (
        schedules_of_some_zone,
        "Zurich",
        lambda w: properties(w, "RenewalsFunctionHourly").update(
            ScheduleExpressionTimezone="Europe/Zurich"
        ),
    ),
    (
        schedules_of_some_zone,
        "none",
        lambda w: properties(w, "RenewalsFunctionHourly").pop("ScheduleExpressionTimezone"),
    ),
    (alarms_about_nothing, "queue gone", lambda w: w["Resources"].pop("MailDeadLetters")),
    (
        alarms_about_nothing,
        "arn for a name",
        lambda w: properties(w, "MailErrorsAlarm")["Dimensions"][0].update(
            Value={"Fn::GetAtt": ["MailFunction", "Arn"]}
        ),
    ),
    (
        alarms_about_nothing,
        "test clock",
        lambda w: properties(w, "MailErrorsAlarm")["Dimensions"][0].update(
            Value={"Ref": "TestClockFunction"}
        ),
    ),
    (
        alarms_that_look_back_too_far,
        "too far",
        lambda w: properties(w, "FailedAlarm").update(EvaluationPeriods=169),
    ),
]
CHECKS = dict.fromkeys(check for check, _, _ in BREAKS)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_template_has_none(check: Check) -> None:
    assert check(expanded()) == []


@pytest.mark.parametrize(
    ("check", "broken", "mutate"), BREAKS, ids=[f"{c.__name__}-{name}" for c, name, _ in BREAKS]
)
def test_each_is_found_where_there_is_one(
    check: Check, broken: str, mutate: Callable[[Whole], Any]
) -> None:
    whole = copied()
    mutate(whole)
    assert check(whole), broken
