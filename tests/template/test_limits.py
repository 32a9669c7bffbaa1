"""AWS's limits, asked of what CloudFormation gets, with names as long as they may become.

The figures are AWS's own (quotas of CloudFormation, IAM, Lambda, API Gateway, EventBridge,
SQS). Each check finds what it is about in a template that was broken for the purpose.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.tables import TEMPLATE, template
from tests.template.expanding import copied, expanded, of_type, target

Whole = dict[str, Any]
Check = Callable[[Whole], list[str]]

STACK = "s" * 46  # the longest stack name that the README promises
ARN = "a" * 200  # as long as an ARN here becomes, and a bit
INLINE, FROM_A_BUCKET = 51_200, 1_000_000
KIB = 1024
DAY = 86_400
DESCRIBED = {
    "AWS::CloudWatch::Alarm": ("AlarmDescription", 1024),
    "AWS::Events::Rule": ("Description", 512),
    "AWS::Lambda::Function": ("Description", 256),
    "AWS::Lambda::LayerVersion": ("Description", 256),
    "AWS::Scheduler::Schedule": ("Description", 512),
}
NAMED = {
    "AWS::Scheduler::Schedule": ("Name", 64),
    "AWS::Events::EventBus": ("Name", 256),
    "AWS::Logs::LogGroup": ("LogGroupName", 512),
    "AWS::Cognito::UserPoolGroup": ("GroupName", 128),
    "AWS::SQS::Queue": ("QueueName", 80),
    "AWS::Lambda::Function": ("FunctionName", 64),
    "AWS::IAM::Role": ("RoleName", 64),
}


def rendered(value: Any) -> Any:
    """With every reference as long as it may become; of a condition the longer side."""
    if isinstance(value, list):
        return [rendered(each) for each in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        ((how, given),) = value.items()
        if how == "Ref":
            return "" if given == "AWS::NoValue" else STACK if given == "AWS::StackName" else ARN
        if how == "Fn::If":
            return max((rendered(each) for each in given[1:]), key=lambda each: len(str(each)))
        if how == "Fn::Sub":
            text = (given if isinstance(given, str) else given[0]).replace(
                "${AWS::StackName}", STACK
            )
            return re.sub(r"\$\{AWS::\w+\}", "eu-northwest-10", re.sub(r"\$\{[\w.]+\}", ARN, text))
        if how.startswith("Fn::"):
            return ARN
    return {name: rendered(each) for name, each in value.items()}


def size(value: Any) -> int:
    return len(json.dumps(rendered(value), separators=(",", ":"), ensure_ascii=False).encode())


def too_much_in_one_template(whole: Whole) -> list[str]:
    most = {"Resources": 500, "Parameters": 200, "Outputs": 200, "Mappings": 200}
    found = [part for part, limit in most.items() if len(whole.get(part, {})) > limit]
    # SAM's macro sends it on without white space.
    if len(json.dumps(whole, separators=(",", ":")).encode()) > FROM_A_BUCKET:
        found.append("bytes")
    return found


def roles_too_long(whole: Whole) -> list[str]:
    """10,240 characters of inline policies a role, 2,048 of who may take it on."""
    found = []
    for name, role in of_type(whole, "AWS::IAM::Role").items():
        inline = sum(size(policy["PolicyDocument"]) for policy in role.get("Policies", []))
        if inline > 10_240 or size(role["AssumeRolePolicyDocument"]) > 2048:
            found.append(name)
    return found


def permissions(whole: Whole) -> Iterator[tuple[str, Whole]]:
    """(function, statement) as `add-permission` writes it into the function's own policy."""
    for name, given in of_type(whole, "AWS::Lambda::Permission").items():
        sid = f"{STACK}-{name}-{'x' * 12}"[:100]
        path = given["SourceArn"]["Fn::Sub"][0].split("${__Stage__}")[1]
        source = f"arn:aws-us-gov:execute-api:us-gov-west-1:{'1' * 12}:{'a' * 10}/*{path}"
        yield (
            target(given["FunctionName"]),
            {
                "Sid": sid,
                "Effect": "Allow",
                "Principal": {"Service": given["Principal"]},
                "Action": given["Action"],
                "Resource": f"arn:aws-us-gov:lambda:us-gov-west-1:{'1' * 12}:function:{'f' * 64}",
                "Condition": {"ArnLike": {"AWS:SourceArn": source}},
            },
        )


def policy_size(whole: Whole, function: str) -> int:
    statements = [each for name, each in permissions(whole) if name == function]
    return size({"Version": "2012-10-17", "Id": "default", "Statement": statements})


def functions_with_too_many_routes(whole: Whole) -> list[str]:
    """20 KB of a function's own policy; 30 routes leave room whatever their paths are."""
    routes = Counter(name for name, _ in permissions(whole))
    return [name for name, n in routes.items() if n > 30 or policy_size(whole, name) > 20 * KIB]


def functions_beyond_lambda(whole: Whole) -> list[str]:
    found = []
    behind_the_gateway = {name for name, _ in permissions(whole)}
    for name, function in of_type(whole, "AWS::Lambda::Function").items():
        patience = 29 if name in behind_the_gateway else 900
        variables = function.get("Environment", {}).get("Variables", {})
        if function["Timeout"] > patience or not 128 <= function["MemorySize"] <= 10_240:
            found.append(f"{name}: time or memory")
        if size(variables) > 4 * KIB:
            found.append(f"{name}: variables")
        if len(function.get("Layers", [])) > 5:
            found.append(f"{name}: layers")
    return found


def concurrency_beyond_the_account(whole: Whole) -> list[str]:
    """Of an account's 1000, 100 must stay for everybody; a queue's own limit is 2 to 1000."""
    functions = of_type(whole, "AWS::Lambda::Function")
    reserved = {n: each.get("ReservedConcurrentExecutions") for n, each in functions.items()}
    found = ["all"] if sum(each or 0 for each in reserved.values()) > 900 else []
    for name, mapping in of_type(whole, "AWS::Lambda::EventSourceMapping").items():
        most = mapping.get("ScalingConfig", {}).get("MaximumConcurrency", 2)
        own = reserved[target(mapping["FunctionName"])]
        if not 2 <= most <= 1000 or (own is not None and own < most):
            found.append(name)
    return found


def names_too_long(whole: Whole) -> list[str]:
    found = [name for name in whole["Resources"] if not re.fullmatch(r"[A-Za-z0-9]{1,255}", name)]
    for kind, (key, most) in (*NAMED.items(), *DESCRIBED.items()):
        for name, each in of_type(whole, kind).items():
            if len(rendered(each.get(key, ""))) > most:
                found.append(f"{name}.{key}")
    for part in ("Parameters", "Outputs"):
        described = whole[part].items()
        found += [name for name, each in described if len(each.get("Description", "")) > 1024]
    return found


def queues_beyond_sqs(whole: Whole) -> list[str]:
    found = []
    for name, queue in of_type(whole, "AWS::SQS::Queue").items():
        hidden, kept = queue.get("VisibilityTimeout", 30), queue.get("MessageRetentionPeriod", 0)
        if hidden > 43_200 or not hidden < kept <= 14 * DAY:
            found.append(name)
    return found


def rules_beyond_eventbridge(whole: Whole) -> list[str]:
    rules = of_type(whole, "AWS::Events::Rule").items()
    return [
        name
        for name, rule in rules
        if size(rule["EventPattern"]) > 2048 or not 1 <= len(rule["Targets"]) <= 5
    ]


def tables_beyond_dynamodb(whole: Whole) -> list[str]:
    """20 indexes, and no attribute defined that is in no key: the table is refused for either."""
    found = []
    for name, table in of_type(whole, "AWS::DynamoDB::Table").items():
        indexes = table["GlobalSecondaryIndexes"]
        schemas = [table["KeySchema"], *(index["KeySchema"] for index in indexes)]
        used = {key["AttributeName"] for schema in schemas for key in schema}
        defined = {each["AttributeName"] for each in table["AttributeDefinitions"]}
        if used != defined or len(indexes) > 20:
            found.append(name)
    return found


def apis_beyond_the_gateway(whole: Whole) -> list[str]:
    """300 resources an API, each part of each path being one; 3 KB of an access log's format."""
    found = []
    for name, api in of_type(whole, "AWS::ApiGateway::RestApi").items():
        paths = [path.strip("/").split("/") for path in api["Body"]["paths"]]
        if len({tuple(path[: n + 1]) for path in paths for n in range(len(path))}) > 300:
            found.append(name)
    for name, stage in of_type(whole, "AWS::ApiGateway::Stage").items():
        if len(stage["AccessLogSetting"]["Format"]) > 3 * KIB:
            found.append(name)
    return found


def many(n: int, given: Any) -> dict[str, Any]:
    return {f"Another{i}": given for i in range(n)}


def properties(whole: Whole, name: str) -> Whole:
    found: Whole = whole["Resources"][name]["Properties"]
    return found


def another_route(whole: Whole, n: int, path: str) -> None:
    given = properties(whole, "ContractsFunctionGetPermissionv1")
    source = "arn:${AWS::Region}:${__ApiId__}/${__Stage__}" + path
    route = {
        "Type": "AWS::Lambda::Permission",
        "Properties": given | {"SourceArn": {"Fn::Sub": [source]}},
    }
    whole["Resources"] |= many(n, route)


def role(whole: Whole) -> list[Whole]:
    found: list[Whole] = properties(whole, "ContractsRole")["Policies"][0]["PolicyDocument"][
        "Statement"
    ]
    return found


BREAKS: list[tuple[Check, str, Callable[[Whole], Any]]] = [
    (
        too_much_in_one_template,
        "resources",
        lambda w: w["Resources"].update(many(300, {"Type": "AWS::SNS::Topic"})),
    ),
    (too_much_in_one_template, "outputs", lambda w: w["Outputs"].update(many(200, {}))),
    (too_much_in_one_template, "bytes", lambda w: w.update(Description="d" * FROM_A_BUCKET)),
    (roles_too_long, "inline", lambda w: role(w).extend(role(w) * 8)),
    (functions_with_too_many_routes, "routes", lambda w: another_route(w, 19, "/GET/a")),
    (functions_with_too_many_routes, "bytes", lambda w: another_route(w, 15, "/GET/" + "a" * 900)),
    (functions_beyond_lambda, "time", lambda w: properties(w, "OrdersFunction").update(Timeout=30)),
    (
        functions_beyond_lambda,
        "variables",
        lambda w: properties(w, "MailFunction")["Environment"]["Variables"].update(X="x" * 3500),
    ),
    (
        concurrency_beyond_the_account,
        "sum",
        lambda w: [
            properties(w, name).update(ReservedConcurrentExecutions=301)
            for name in ("MailFunction", "FollowFunction", "RelayFunction")
        ],
    ),
    (
        concurrency_beyond_the_account,
        "less than its queue",
        lambda w: properties(w, "MailFunction").update(ReservedConcurrentExecutions=3),
    ),
    (
        names_too_long,
        "schedule",
        lambda w: properties(w, "SweepFunctionEveryTenMinutes").update(
            Name={"Fn::Sub": "${AWS::StackName}-sweep-of-whatever-was-left"}
        ),
    ),
    (
        names_too_long,
        "alarm",
        lambda w: properties(w, "MailErrorsAlarm").update(AlarmDescription="a" * 1025),
    ),
    (
        queues_beyond_sqs,
        "kept",
        lambda w: properties(w, "MailQueue").update(MessageRetentionPeriod=15 * DAY),
    ),
    (
        rules_beyond_eventbridge,
        "pattern",
        lambda w: properties(w, "MailRule")["EventPattern"]["detail-type"].extend(["e" * 30] * 60),
    ),
    (
        tables_beyond_dynamodb,
        "attribute",
        lambda w: properties(w, "TacitTable")["GlobalSecondaryIndexes"].pop(),
    ),
    (
        apis_beyond_the_gateway,
        "paths",
        lambda w: properties(w, "Api")["Body"]["paths"].update({f"/p{n}": {} for n in range(300)}),
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


def test_a_template_too_long_to_be_sent_goes_through_a_bucket() -> None:
    config = TEMPLATE.with_name("samconfig.toml").read_text()
    assert TEMPLATE.stat().st_size > INLINE
    assert "resolve_s3 = true" in config


def test_every_description_and_name_that_is_limited_is_looked_at() -> None:
    """A key of another spelling would be as long as it likes."""
    for kind, (key, _) in DESCRIBED.items():
        found = of_type(expanded(), kind).values()
        assert kind == "AWS::Lambda::Function" or any(key in each for each in found), kind


def test_who_writes_down_a_name_lets_two_stacks_stand_side_by_side() -> None:
    """Named without the stack's own name, the second stack of an account is refused."""
    for kind, (key, _) in NAMED.items():
        if kind == "AWS::Cognito::UserPoolGroup":  # named within its pool
            continue
        for name, each in of_type(expanded(), kind).items():
            assert key not in each or "${AWS::StackName}" in json.dumps(each[key]), name


def test_every_parameter_is_used_or_asked_about() -> None:
    text = TEMPLATE.read_text()
    for name in template()["Parameters"]:
        assert re.search(rf"(!Ref {name}\b|\$\{{{name}\}})", text), name
