"""Who may come in, and what of it lies in the open: read as somebody would who wants to get in.

Every check looks at the template after SAM's transformation, so that a role or a permission SAM
adds is looked at too, and finds what it is about in a template that was broken for the purpose.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.tables import template
from tests.template.expanding import copied, expanded, listed, of_type, target

Whole = dict[str, Any]
Check = Callable[[Whole], list[str]]

# What holds data, and how it is encrypted at rest. A type that is on neither list is red: whoever
# brings it says here what it holds.
ENCRYPTED: dict[str, Callable[[Whole], bool]] = {
    "AWS::DynamoDB::Table": lambda table: table["SSESpecification"] == {"SSEEnabled": True},
    "AWS::SQS::Queue": lambda queue: queue.get("SqsManagedSseEnabled") is True,
    # These AWS encrypts unasked, with a key of its own; a template can only name another key.
    "AWS::SecretsManager::Secret": lambda secret: "KmsKeyId" not in secret,
    "AWS::Logs::LogGroup": lambda group: "KmsKeyId" not in group,
    "AWS::Events::EventBus": lambda bus: "KmsKeyIdentifier" not in bus,
    # Says which alarm rings, and nothing of anybody. CloudWatch cannot use the account's own key.
    "AWS::SNS::Topic": lambda topic: True,
    "AWS::Cognito::UserPool": lambda pool: True,  # passwords and addresses are Cognito's to keep
}
HOLD_NOTHING = {
    "AWS::ApiGateway::Account",
    "AWS::ApiGateway::Deployment",
    "AWS::ApiGateway::RestApi",
    "AWS::ApiGateway::Stage",
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::Dashboard",
    "AWS::Cognito::UserPoolClient",
    "AWS::Cognito::UserPoolGroup",
    "AWS::Events::Rule",
    "AWS::IAM::Role",
    "AWS::Lambda::EventInvokeConfig",
    "AWS::Lambda::EventSourceMapping",
    "AWS::Lambda::Function",
    "AWS::Lambda::LayerVersion",
    "AWS::Lambda::Permission",
    "AWS::SNS::Subscription",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueuePolicy",
    "AWS::Scheduler::Schedule",
}
# Where AWS has nothing narrower: (role, action) and why.
WIDE = {("RelayRole", "dynamodb:ListStreams"): "it is asked of all streams of a table"}
MANAGED = {
    # API Gateway demands this very one of the account's role, on whatever log group it is given.
    "ApiLogsWriterRole": "service-role/AmazonAPIGatewayPushToCloudWatchLogs",
}
POLICIES = ("AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy")


def roles(whole: Whole) -> Iterator[tuple[str, Whole]]:
    """(role, statement) of whatever a role may."""
    for name, role in of_type(whole, "AWS::IAM::Role").items():
        for policy in role.get("Policies", []):
            for statement in policy["PolicyDocument"]["Statement"]:
                yield name, statement


def resource_policies(whole: Whole) -> Iterator[tuple[str, Whole]]:
    for name, policy in of_type(whole, *POLICIES).items():
        for statement in policy["PolicyDocument"]["Statement"]:
            yield name, statement


def routes_without_a_token(whole: Whole) -> list[str]:
    found = []
    for name, api in of_type(whole, "AWS::ApiGateway::RestApi").items():
        body = api.get("Body", {"paths": {name: {"any": {}}}})
        for path, given in body["paths"].items():
            for method, operation in given.get("Fn::If", [None, given])[1].items():
                asked = operation.get("Fn::If", [None, operation])[1].get("security")
                if asked != [{"People": []}]:
                    found.append(f"{method} {path}")
        schemes = body.get("components", {}).get("securitySchemes", {}).values()
        kinds = [each.get("x-amazon-apigateway-authtype") for each in schemes]
        found += [f"{name}: {kind}" for kind in kinds if kind != "cognito_user_pools"]
    return found


def ways_around_the_gateway(whole: Whole) -> list[str]:
    """A URL of a function's own, or a permission that any caller of a service could use."""
    found = list(of_type(whole, "AWS::Lambda::Url", "AWS::ApiGatewayV2::Api"))
    for name, permission in of_type(whole, "AWS::Lambda::Permission").items():
        source = json.dumps(permission.get("SourceArn"))
        if permission["Principal"] != "apigateway.amazonaws.com" or '{"Ref": "Api"}' not in source:
            found.append(name)
    return found


def policies_for_anybody(whole: Whole) -> list[str]:
    """A service is let in for the sake of something of ours, never because anybody asked it to."""
    found = []
    for name, statement in resource_policies(whole):
        if statement["Effect"] == "Deny":
            continue
        service = statement["Principal"]
        asked = {key for each in statement.get("Condition", {}).values() for key in each}
        if not isinstance(service, dict) or set(service) != {"Service"}:
            found.append(f"{name}: {service}")
        elif not asked & {"aws:SourceArn", "aws:SourceAccount"}:
            found.append(f"{name}: any {service['Service']}")
    known = {"PolicyDocument", "Queues", "Topics"}
    for name, policy in of_type(whole, *POLICIES).items():
        found += [f"{name}: {other}" for other in set(policy) - known]
    others = ("ResourcePolicy", "BucketPolicy", "EventBusPolicy", "LayerVersionPermission")
    return found + [n for n, each in whole["Resources"].items() if each["Type"].endswith(others)]


def roles_for_others(whole: Whole) -> list[str]:
    """Lambda, the scheduler and API Gateway take on our roles, and nobody else."""
    services = {"lambda.amazonaws.com", "scheduler.amazonaws.com", "apigateway.amazonaws.com"}
    found = []
    for name, role in of_type(whole, "AWS::IAM::Role").items():
        for statement in role["AssumeRolePolicyDocument"]["Statement"]:
            principal = statement["Principal"]
            if set(principal) != {"Service"} or not set(listed(principal["Service"])) <= services:
                found.append(f"{name}: {principal}")
            elif principal["Service"] == "scheduler.amazonaws.com" and "Condition" not in statement:
                found.append(f"{name}: any schedule")
    return found


def wide_statements(whole: Whole) -> list[str]:
    found = []
    for role, statement in roles(whole):
        if {"NotAction", "NotResource", "NotPrincipal"} & set(statement):
            found.append(f"{role}: {statement}")
            continue
        for action in listed(statement["Action"]):
            starred = "*" in action or "*" in json.dumps(statement["Resource"])
            if starred and (role, action) not in WIDE:
                found.append(f"{role}: {action}")
    for role, properties in of_type(whole, "AWS::IAM::Role").items():
        allowed = f'{MANAGED.get(role)}"}}'
        arns = [json.dumps(arn) for arn in properties.get("ManagedPolicyArns", [])]
        found += [f"{role}: {arn}" for arn in arns if not arn.endswith(allowed)]
    return found + list(of_type(whole, "AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"))


def stars_by_parameter(whole: Whole) -> list[str]:
    """What a parameter brings into a policy must not be able to be a star."""
    written = json.dumps([each for _, each in roles(whole)])
    named = set(re.findall(r"\$\{(\w+)\}", written)) | set(re.findall(r'"Ref": "(\w+)"', written))
    found = []
    for name in sorted(named & set(whole["Parameters"])):
        allowed = whole["Parameters"][name].get("AllowedPattern", "")
        if any(re.search(allowed, each) for each in ("*@a.example", "a@*.example", "a?@a.example")):
            found.append(name)
    return found


def mail_as_anybody(whole: Whole) -> list[str]:
    """The rights on a domain's identity would be those of every address in it."""
    sender = {"StringEquals": {"ses:FromAddress": {"Ref": "Sender"}}}
    mailing = [(r, s) for r, s in roles(whole) if "ses:SendEmail" in listed(s["Action"])]
    return [role for role, statement in mailing if statement.get("Condition") != sender]


def plain_data(whole: Whole) -> list[str]:
    found = []
    for name, each in whole["Resources"].items():
        encrypted = ENCRYPTED.get(each["Type"])
        if not encrypted and each["Type"] not in HOLD_NOTHING:
            found.append(f"{name}: {each['Type']} is on no list")
        elif encrypted and not encrypted(each.get("Properties", {})):
            found.append(name)
    return found


def plain_ways(whole: Whole) -> list[str]:
    """Queues and topics that give or take a message without TLS."""
    insecure = {"Bool": {"aws:SecureTransport": "false"}}
    closed = set()
    for policy in of_type(whole, *POLICIES).values():
        for statement in policy["PolicyDocument"]["Statement"]:
            refused = statement["Effect"] == "Deny" and statement["Principal"] == "*"
            actions = set(listed(statement["Action"]))
            if refused and statement["Condition"] == insecure:
                both = {"sqs:ReceiveMessage", "sqs:SendMessage"} <= actions
                closed |= {target(e) for e in policy.get("Queues", []) if both}
                closed |= {target(e) for e in policy.get("Topics", []) if "sns:Publish" in actions}
    return sorted(set(of_type(whole, "AWS::SQS::Queue", "AWS::SNS::Topic")) - closed)


def policies_that_replace_each_other(whole: Whole) -> list[str]:
    """A queue has one policy: of two in the template, whichever is made last stays."""
    about = [
        target(each)
        for policy in of_type(whole, *POLICIES).values()
        for each in policy.get("Queues", []) + policy.get("Topics", [])
    ]
    return sorted({each for each in about if about.count(each) > 1})


def statement_of(whole: Whole, role: str, action: str) -> Whole:
    return next(s for r, s in roles(whole) if r == role and action in listed(s["Action"]))


def first_route(whole: Whole) -> Whole:
    found: Whole = whole["Resources"]["Api"]["Properties"]["Body"]["paths"]["/contracts"]["get"]
    return found


def resource(whole: Whole, name: str) -> Whole:
    found: Whole = whole["Resources"][name].setdefault("Properties", {})
    return found


def policy(whole: Whole, name: str, statement: int) -> Whole:
    found: Whole = resource(whole, name)["PolicyDocument"]["Statement"][statement]
    return found


BREAKS: list[tuple[Check, str, Callable[[Whole], Any]]] = [
    (routes_without_a_token, "no token", lambda w: first_route(w).pop("security")),
    (routes_without_a_token, "none", lambda w: first_route(w).update(security=[{"NONE": []}])),
    (
        ways_around_the_gateway,
        "url",
        lambda w: w["Resources"].update(U={"Type": "AWS::Lambda::Url"}),
    ),
    (
        ways_around_the_gateway,
        "any api",
        lambda w: resource(w, "ContractsFunctionGetPermissionv1").pop("SourceArn"),
    ),
    (
        ways_around_the_gateway,
        "anybody",
        lambda w: resource(w, "ContractsFunctionGetPermissionv1").update(Principal="*"),
    ),
    (policies_for_anybody, "all", lambda w: policy(w, "MailQueuePolicy", 0).update(Principal="*")),
    (policies_for_anybody, "any rule", lambda w: policy(w, "MailQueuePolicy", 0).pop("Condition")),
    (policies_for_anybody, "alarms", lambda w: policy(w, "AlarmTopicPolicy", 0).pop("Condition")),
    (
        policies_for_anybody,
        "secret",
        lambda w: w["Resources"].update(P={"Type": "AWS::SecretsManager::ResourcePolicy"}),
    ),
    (
        roles_for_others,
        "schedules",
        lambda w: resource(w, "SchedulerRole")["AssumeRolePolicyDocument"]["Statement"][0].pop(
            "Condition"
        ),
    ),
    (
        roles_for_others,
        "account",
        lambda w: resource(w, "MailRole")["AssumeRolePolicyDocument"]["Statement"][0].update(
            Principal={"AWS": "*"}
        ),
    ),
    (
        wide_statements,
        "action",
        lambda w: statement_of(w, "MailRole", "ses:SendEmail").update(Action="ses:*"),
    ),
    (
        wide_statements,
        "resource",
        lambda w: statement_of(w, "MailRole", "ses:SendEmail").update(Resource="*"),
    ),
    (
        wide_statements,
        "all but",
        lambda w: statement_of(w, "MailRole", "ses:SendEmail").update(NotAction="iam:*"),
    ),
    (
        wide_statements,
        "managed",
        lambda w: resource(w, "MailRole").update(ManagedPolicyArns=["a/AdministratorAccess"]),
    ),
    (
        stars_by_parameter,
        "sender",
        lambda w: w["Parameters"]["Sender"].update(AllowedPattern=r"^[^@\s]+@[^@\s]+$"),
    ),
    (
        mail_as_anybody,
        "domain",
        lambda w: statement_of(w, "MessageSenderRole", "ses:SendEmail").pop("Condition"),
    ),
    (plain_data, "queue", lambda w: resource(w, "MailQueue").pop("SqsManagedSseEnabled")),
    (
        plain_data,
        "table",
        lambda w: resource(w, "TacitTable")["SSESpecification"].update(SSEEnabled=False),
    ),
    (plain_data, "bucket", lambda w: w["Resources"].update(B={"Type": "AWS::S3::Bucket"})),
    (plain_ways, "policy", lambda w: w["Resources"].pop("OwnQueuesPolicy")),
    (plain_ways, "topic", lambda w: w["Resources"].pop("AlarmTopicPolicy")),
    (
        plain_ways,
        "sending",
        lambda w: policy(w, "MailQueuePolicy", 1).update(Action="sqs:SendMessage"),
    ),
    (
        policies_that_replace_each_other,
        "twice",
        lambda w: resource(w, "OwnQueuesPolicy")["Queues"].append({"Ref": "MailQueue"}),
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


@pytest.mark.parametrize(
    ("parameter", "given", "taken"),
    [
        ("Sender", "contracts@tacit.example", True),
        ("Sender", "no-reply+bills@mail.kriax.com", True),
        ("Sender", "Tacit <contracts@tacit.example>", False),
        ("Sender", "*@tacit.example", False),
        ("ExistingUserPoolArn", "", True),
        ("ExistingUserPoolArn", "arn:aws-cn:cognito-idp:cn-north-1:{account}:userpool/a_B1", True),
        ("ExistingUserPoolArn", "arn:aws:cognito-idp:eu-central-1:{account}:userpool/*", False),
    ],
)
def test_a_parameter_takes_what_is_one_thing(parameter: str, given: str, taken: bool) -> None:
    pattern = template()["Parameters"][parameter]["AllowedPattern"]
    assert bool(re.search(pattern, given.format(account="1" * 12))) is taken
