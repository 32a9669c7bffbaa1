"""What `template.yaml` promises: who may do what, what is kept, what is encrypted, what rings."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

import pytest

from tacit.policies import policy, shipped
from tacit.runtime.jobs import TRIED_FOR
from tacit.runtime.problem_table import PROBLEMS
from tests.tables import TEMPLATE, template
from tests.template.expanding import expanded

RESOURCES: dict[str, dict[str, Any]] = template()["Resources"]
MOST_RESOURCES = 500
MOST_ROUTES = 30
SERVICE = "POWERTOOLS_SERVICE_NAME"
JOBS = {"Expiries": "expiries", "Renewals": "renewals", "InvoiceReminders": "invoice_reminders"}
EVENTS = TEMPLATE.parent / "docs" / "events.md"


def of_type(kind: str) -> dict[str, dict[str, Any]]:
    """The resources of a type, by logical id."""
    return {name: each for name, each in RESOURCES.items() if each["Type"] == kind}


FUNCTIONS = of_type("AWS::Serverless::Function")
QUEUES = of_type("AWS::SQS::Queue")
ROLES = of_type("AWS::IAM::Role")
ROLE_NAMES = {name: each["Properties"]["Role"]["Fn::GetAtt"][0] for name, each in FUNCTIONS.items()}
FUNCTION_ROLES = {name: ROLES[role] for name, role in ROLE_NAMES.items()}
DEAD_LETTERS = {name for name in QUEUES if "RedrivePolicy" not in QUEUES[name]["Properties"]}


def events_of(function: str) -> list[dict[str, Any]]:
    return list(FUNCTIONS[function]["Properties"].get("Events", {}).values())


def statements_of(role: dict[str, Any]) -> list[dict[str, Any]]:
    policies = role["Properties"].get("Policies", [])
    return [each for given in policies for each in given["PolicyDocument"]["Statement"]]


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


# ---------------------------------------------------------------- least privilege


@pytest.mark.parametrize("role", ROLES)
def test_no_action_is_a_wildcard(role: str) -> None:
    for statement in statements_of(ROLES[role]):
        for action in as_list(statement["Action"]):
            assert "*" not in action


@pytest.mark.parametrize("role", ROLES)
def test_every_resource_of_a_statement_is_named(role: str) -> None:
    """`stream/*` is the one star: ListStreams has no narrower resource."""
    for statement in statements_of(ROLES[role]):
        for resource in as_list(statement["Resource"]):
            star = {"Fn::Sub": "${TacitTable.Arn}/stream/*"}
            assert resource == star or "*" not in json.dumps(resource)
            assert resource != star or statement["Action"] == "dynamodb:ListStreams"


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_has_a_role_of_its_own_without_managed_policies(function: str) -> None:
    """A managed policy would bring `logs:*`-like rights on everything along."""
    assert "ManagedPolicyArns" not in FUNCTION_ROLES[function]["Properties"]
    assert Counter(ROLE_NAMES.values())[ROLE_NAMES[function]] == 1


@pytest.mark.parametrize("function", FUNCTIONS)
def test_no_function_may_scan(function: str) -> None:
    actions = {a for s in statements_of(FUNCTION_ROLES[function]) for a in as_list(s["Action"])}
    assert "dynamodb:Scan" not in actions


@pytest.mark.parametrize("policy", of_type("AWS::SQS::QueuePolicy"))
def test_a_queue_takes_messages_from_rules_of_this_bus_only(policy: str) -> None:
    """What a policy refuses, not what it lets in, is for everybody (`test_closed.py`)."""
    for statement in RESOURCES[policy]["Properties"]["PolicyDocument"]["Statement"]:
        if statement["Effect"] == "Deny":
            continue
        assert statement["Principal"] == {"Service": "events.amazonaws.com"}
        source = statement["Condition"]["ArnEquals"]["aws:SourceArn"]
        rules = [each["Fn::GetAtt"] for each in (source if isinstance(source, list) else [source])]
        assert {arn for _, arn in rules} == {"Arn"}
        assert {RESOURCES[rule]["Type"] for rule, _ in rules} == {"AWS::Events::Rule"}


# ---------------------------------------------------------------- the doors


def test_the_api_has_an_authorizer_for_every_route() -> None:
    auth = RESOURCES["Api"]["Properties"]["Auth"]
    assert auth["DefaultAuthorizer"] in auth["Authorizers"]
    for function in FUNCTIONS:
        for event in events_of(function):
            assert "Auth" not in event["Properties"], "no route may leave the default"


def test_every_route_asks_for_the_token_after_sams_transformation() -> None:
    paths = expanded()["Resources"]["Api"]["Properties"]["Body"]["paths"]
    methods = list(_methods(paths))
    assert len(methods) >= 16
    for path, method, operation in methods:
        assert operation["security"] == [{"People": []}], (path, method)


def _methods(paths: dict[str, Any]) -> Any:
    """Every (path, method, operation), also of routes that stand under a condition."""
    for path, found in paths.items():
        operations = found.get("Fn::If", [None, found])[1]
        for method, operation in operations.items():
            yield path, method, operation.get("Fn::If", [None, operation])[1]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_stays_far_from_the_limit_of_its_permissions(function: str) -> None:
    routes = [event for event in events_of(function) if event["Type"] == "Api"]
    assert len(routes) <= MOST_ROUTES


def test_the_doors_of_this_version_are_all_there() -> None:
    doors = {
        f"{event['Properties']['Method']} {event['Properties']['Path']}"
        for function in FUNCTIONS
        for event in events_of(function)
        if event["Type"] == "Api"
    }
    assert doors >= {
        "GET /contracts",
        "GET /contracts/{id}",
        "GET /contracts/{id}/timeline",
        "PUT /contracts/{id}",
        "PATCH /contracts/{id}",
        "POST /contracts/{id}/cancellation",
        "POST /contracts/{id}/reactivation",
        "GET /contracts/{id}/restoration-quote",
        "POST /contracts/{id}/restoration",
        "GET /accounts",
        "GET /accounts/{id}",
        "GET /accounts/{id}/ledger",
        "PUT /accounts/{id}",
        "POST /accounts/{id}/deposits",
        "POST /accounts/{id}/withdrawals",
        "GET /providers/{id}/plans",
        "GET /providers/{id}/policy",
        "POST /job-runs",
        "GET /job-runs",
        "GET /job-runs/{id}",
        "GET /parked",
        "POST /parked/{id}/retry",
        "PUT /test-clock",
        "GET /test-clock",
    }


def test_the_stage_is_throttled() -> None:
    (setting,) = RESOURCES["Api"]["Properties"]["MethodSettings"]
    assert (setting["HttpMethod"], setting["ResourcePath"]) == ("*", "/*")
    assert setting["ThrottlingRateLimit"] == {"Ref": "ThrottleRate"}
    assert setting["ThrottlingBurstLimit"] == {"Ref": "ThrottleBurst"}
    assert setting["DataTraceEnabled"] is False


def test_access_logs_hold_neither_addresses_nor_tokens() -> None:
    logged = RESOURCES["Api"]["Properties"]["AccessLogSetting"]["Format"]
    assert set(json.loads(logged)) == {
        "request_id", "at", "method", "route", "status", "error", "latency_ms", "integration_ms",
    }  # fmt: skip
    for told in ("sourceIp", "authorizer", "identity", "header", "context.path"):
        assert told not in logged


def test_the_stage_is_made_after_the_account_may_log() -> None:
    """Through the log group, which the stage refers to; a fresh account refuses it otherwise."""
    logged = RESOURCES["Api"]["Properties"]["AccessLogSetting"]["DestinationArn"]
    assert logged == {"Fn::GetAtt": ["ApiLogs", "Arn"]}
    assert RESOURCES["ApiLogs"]["DependsOn"] == "ApiLogsAccount"


GATEWAY_RESPONSES = RESOURCES["Api"]["Properties"]["GatewayResponses"]


@pytest.mark.parametrize("response", GATEWAY_RESPONSES)
def test_what_the_gateway_refuses_looks_like_what_the_functions_refuse(response: str) -> None:
    given = GATEWAY_RESPONSES[response]
    headers = given["ResponseParameters"]["Headers"]
    body = json.loads(given["ResponseTemplates"]["application/json"])
    assert headers["Content-Type"] == "'application/problem+json'"
    assert list(body) == ["type", "title", "status", "detail", "code", "params"]
    assert body["status"] == given["StatusCode"]
    assert body["type"] == f"urn:tacit:problem:{body['code']}"
    assert body["params"] == {}
    entry = PROBLEMS[body["code"]]
    assert (body["status"], body["title"]) == (entry.status, entry.title)


@pytest.mark.parametrize(
    ("response", "status", "code"),
    [
        ("UNAUTHORIZED", 401, "unauthenticated"),
        ("EXPIRED_TOKEN", 401, "unauthenticated"),
        ("AUTHORIZER_FAILURE", 401, "unauthenticated"),
        ("AUTHORIZER_CONFIGURATION_ERROR", 401, "unauthenticated"),
        ("ACCESS_DENIED", 403, "forbidden"),
        ("INVALID_SIGNATURE", 403, "forbidden"),
        ("MISSING_AUTHENTICATION_TOKEN", 404, "no_such_door"),
        ("RESOURCE_NOT_FOUND", 404, "no_such_door"),
        ("THROTTLED", 429, "throttled"),
        ("QUOTA_EXCEEDED", 429, "throttled"),
        ("REQUEST_TOO_LARGE", 400, "body_too_large"),
        ("DEFAULT_4XX", 400, "bad_request"),
        ("DEFAULT_5XX", 500, "internal"),
        ("INTEGRATION_FAILURE", 500, "internal"),
        ("INTEGRATION_TIMEOUT", 504, "timeout"),
    ],
)
def test_the_gateway_answers_with_stable_codes(response: str, status: int, code: str) -> None:
    given = GATEWAY_RESPONSES[response]
    body = json.loads(given["ResponseTemplates"]["application/json"])
    assert (given["StatusCode"], body["code"]) == (status, code)


# ---------------------------------------------------------------- who may come in

SUBJECT_CLAIM = template()["Parameters"]["SubjectClaim"]


@pytest.mark.parametrize("claim", ["sub", "cognito:username", "custom:customer_no"])
def test_a_person_is_named_by_what_the_pool_or_its_owner_says(claim: str) -> None:
    assert re.search(SUBJECT_CLAIM["AllowedPattern"], claim)


@pytest.mark.parametrize(
    "claim",
    ["email", "preferred_username", "name", "phone_number", "", "custom:", "subject", "xsub"],
)
def test_a_person_is_never_named_by_what_he_writes_himself(claim: str) -> None:
    assert not re.search(SUBJECT_CLAIM["AllowedPattern"], claim)
    assert SUBJECT_CLAIM["ConstraintDescription"]


def test_people_may_ask_for_a_second_factor() -> None:
    pool = RESOURCES["UserPool"]["Properties"]
    assert pool["MfaConfiguration"] == "OPTIONAL"
    assert pool["EnabledMfas"] == ["SOFTWARE_TOKEN_MFA"]


# ---------------------------------------------------------------- data at rest


def test_the_table_is_encrypted_recoverable_and_protected() -> None:
    table = RESOURCES["TacitTable"]
    properties = table["Properties"]
    assert properties["SSESpecification"] == {"SSEEnabled": True}
    assert properties["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert properties["DeletionProtectionEnabled"] == {"Fn::If": ["IsDevelopment", False, True]}
    assert table["DeletionPolicy"] == "RetainExceptOnCreate"
    assert table["UpdateReplacePolicy"] == "Retain"


def test_six_indexes_each_of_keys_only() -> None:
    indexes = RESOURCES["TacitTable"]["Properties"]["GlobalSecondaryIndexes"]
    shapes = {
        index["IndexName"]: tuple(key["AttributeName"] for key in index["KeySchema"])
        for index in indexes
    }
    assert shapes == {
        "expiries": ("shard", "expiries_due_at"),
        "renewals": ("shard", "renewals_due_at"),
        "reminders": ("shard", "reminders_due_at"),
        "listing": ("listing_key", "listing_sort"),
        "orders": ("orders_key", "orders_sort"),
        "outbox": ("outbox_lane", "outbox_at"),
    }
    assert {index["Projection"]["ProjectionType"] for index in indexes} == {"KEYS_ONLY"}


@pytest.mark.parametrize("queue", QUEUES)
def test_every_queue_is_encrypted(queue: str) -> None:
    assert QUEUES[queue]["Properties"]["SqsManagedSseEnabled"] is True


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_function_logs_into_a_group_that_forgets(function: str) -> None:
    group = FUNCTIONS[function]["Properties"]["LoggingConfig"]["LogGroup"]["Ref"]
    assert RESOURCES[group]["Properties"]["RetentionInDays"] == {"Ref": "LogRetentionDays"}


def test_nothing_is_public() -> None:
    assert RESOURCES["UserPool"]["Properties"]["AdminCreateUserConfig"] == {
        "AllowAdminCreateUserOnly": True
    }
    for function in FUNCTIONS.values():
        assert "FunctionUrlConfig" not in function["Properties"]


# ---------------------------------------------------------------- jobs and messages


@pytest.mark.parametrize("queue", sorted(set(QUEUES) - DEAD_LETTERS))
def test_a_worked_queue_has_dead_letters_and_alarms(queue: str) -> None:
    redrive = QUEUES[queue]["Properties"]["RedrivePolicy"]
    assert redrive["maxReceiveCount"] == 5
    assert redrive["deadLetterTargetArn"]["Fn::GetAtt"][0] in DEAD_LETTERS
    assert ("ApproximateAgeOfOldestMessage", queue) in alarms()


@pytest.mark.parametrize("queue", sorted(DEAD_LETTERS))
def test_a_dead_letter_rings(queue: str) -> None:
    assert ("ApproximateNumberOfMessagesVisible", queue) in alarms()


def alarms() -> set[tuple[str, str]]:
    """(metric, what it is about) of every alarm that tells somebody."""
    found = set()
    for alarm in of_type("AWS::CloudWatch::Alarm").values():
        properties = alarm["Properties"]
        assert properties["AlarmActions"] == [{"Ref": "AlarmTopic"}]
        value = properties["Dimensions"][0]["Value"]
        about = value if isinstance(value, str) else next(iter(value.values()))
        found.add((properties["MetricName"], about if isinstance(about, str) else about[0]))
    return found


def test_jobs_that_fail_and_records_that_are_parked_ring() -> None:
    rings = alarms()
    jobs = [name for job in JOBS for name in (job, f"{job}Worker")]
    for function in (*jobs, "Relay", "Sweep", "Mail"):
        assert ("Errors", f"{function}Function") in rings
    assert ("IteratorAge", "RelayFunction") in rings
    assert ("Parked", "AWS::StackName") in rings
    assert ("OutboxOverdue", "AWS::StackName") in rings


def test_two_stacks_in_one_account_do_not_ring_each_others_alarms() -> None:
    """Powertools' dimension `service` is the stack's name, for those who count and who listen."""
    own = {"Ref": "AWS::StackName"}
    assert template()["Globals"]["Function"]["Environment"]["Variables"][SERVICE] == own
    for function in FUNCTIONS.values():
        assert SERVICE not in function["Properties"]["Environment"]["Variables"]
    for alarm in of_type("AWS::CloudWatch::Alarm").values():
        if alarm["Properties"]["Namespace"] == "Tacit":
            dimensions = alarm["Properties"]["Dimensions"]
            assert dimensions[-1] == {"Name": "service", "Value": own}
            assert [each["Value"] in JOBS.values() for each in dimensions[:-1]] in ([], [True])


def test_an_answer_5xx_rings_at_once() -> None:
    """Under the name that SAM gives the API, or the alarm listens to an API that is not there."""
    alarm = RESOURCES["ApiErrorsAlarm"]["Properties"]
    assert (alarm["Namespace"], alarm["MetricName"]) == ("AWS/ApiGateway", "5XXError")
    api = expanded()["Resources"]["Api"]["Properties"]
    assert "Name" not in api
    assert alarm["Dimensions"] == [
        {"Name": "ApiName", "Value": api["Body"]["info"]["title"]},
        {"Name": "Stage", "Value": RESOURCES["Api"]["Properties"]["StageName"]},
    ]
    assert (alarm["Statistic"], alarm["Threshold"]) == ("Sum", 0)
    assert (alarm["EvaluationPeriods"], alarm["TreatMissingData"]) == (1, "notBreaching")


def test_one_hour_with_a_failed_record_does_not_ring_three_do() -> None:
    alarm = RESOURCES["FailedAlarm"]["Properties"]
    assert (alarm["MetricName"], alarm["Statistic"], alarm["Threshold"]) == ("Failed", "Sum", 0)
    assert alarm["ComparisonOperator"] == "GreaterThanThreshold"
    assert (alarm["Period"], alarm["EvaluationPeriods"], alarm["DatapointsToAlarm"]) == (3600, 3, 3)


@pytest.mark.parametrize("job", JOBS)
def test_a_job_that_nobody_starts_rings_where_a_schedule_should(job: str) -> None:
    """Without an invocation there are no data at all: their absence is the news."""
    assert RESOURCES[f"{job}NotStartedAlarm"]["Condition"] == "RunsBySchedule"
    by_schedule = template()["Conditions"]["RunsBySchedule"]
    assert by_schedule == {"Fn::Not": [{"Condition": "HasTestClock"}]}
    alarm = RESOURCES[f"{job}NotStartedAlarm"]["Properties"]
    assert (alarm["MetricName"], alarm["Statistic"]) == ("Invocations", "Sum")
    assert alarm["Dimensions"][0]["Value"] == {"Ref": f"{job}Function"}
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("LessThanThreshold", 1)
    assert alarm["Period"] * alarm["EvaluationPeriods"] == 2 * 3600
    assert alarm["TreatMissingData"] == "breaching"


@pytest.mark.parametrize("alarm", of_type("AWS::CloudWatch::Alarm"))
def test_an_alarm_says_what_has_happened(alarm: str) -> None:
    assert RESOURCES[alarm]["Properties"]["AlarmDescription"].endswith(".")


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_message_is_hidden_for_six_times_the_timeout_of_its_function(function: str) -> None:
    usual = template()["Globals"]["Function"]["Timeout"]
    timeout = FUNCTIONS[function]["Properties"].get("Timeout", usual)
    for event in events_of(function):
        if event["Type"] == "SQS":
            queue = QUEUES[event["Properties"]["Queue"]["Fn::GetAtt"][0]]
            assert queue["Properties"]["VisibilityTimeout"] >= 6 * timeout
            assert event["Properties"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
            assert event["Properties"]["ScalingConfig"]["MaximumConcurrency"] >= 2


@pytest.mark.parametrize("job", JOBS)
def test_a_run_has_failed_when_its_messages_are_not_tried_any_more(job: str) -> None:
    queue = QUEUES[f"{job}Queue"]["Properties"]
    tried = queue["VisibilityTimeout"] * queue["RedrivePolicy"]["maxReceiveCount"]
    assert TRIED_FOR[JOBS[job]] == tried


@pytest.mark.parametrize("job", JOBS)
def test_one_message_of_a_job_per_invocation(job: str) -> None:
    (event,) = events_of(f"{job}WorkerFunction")
    assert event["Properties"]["BatchSize"] == 1


def test_no_job_waits_for_anything_of_another() -> None:
    """Each has a queue, dead letters and a schedule of its own."""
    queues, letters = set(), set()
    for job in JOBS:
        (event,) = events_of(f"{job}WorkerFunction")
        queue = event["Properties"]["Queue"]["Fn::GetAtt"][0]
        queues.add(queue)
        redrive = QUEUES[queue]["Properties"]["RedrivePolicy"]
        letters.add(redrive["deadLetterTargetArn"]["Fn::GetAtt"][0])
        assert (f"{job}Function", "Hourly") in SCHEDULES
    assert len(queues) == len(letters) == len(JOBS)


def test_what_a_renewal_moves_reaches_whatever_follows_the_contract() -> None:
    listened = RESOURCES["FollowRule"]["Properties"]["EventPattern"]["detail-type"]
    moving = {"contract.renewed", "contract.renewal_reversed", "contract.warranted"}
    assert moving <= set(listened)


SCHEDULES = {
    (function, name): event["Properties"]
    for function, each in FUNCTIONS.items()
    for name, event in each["Properties"].get("Events", {}).items()
    if event["Type"] == "ScheduleV2"
}


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_a_schedule_rests_under_the_test_clock_and_loses_nothing(
    schedule: tuple[str, str],
) -> None:
    properties = SCHEDULES[schedule]
    assert properties["State"] == {"Fn::If": ["HasTestClock", "DISABLED", "ENABLED"]}
    # SAM would name it after the logical id, and a second stack in the account would collide.
    assert properties["Name"]["Fn::Sub"].startswith("${AWS::StackName}-")
    assert properties["DeadLetterConfig"]["Arn"]["Fn::GetAtt"][0] == "UndeliveredQueue"
    assert properties.get("ScheduleExpressionTimezone", "UTC") == "UTC"
    failed = FUNCTIONS[schedule[0]]["Properties"]["EventInvokeConfig"]["DestinationConfig"]
    assert failed["OnFailure"]["Destination"]["Fn::GetAtt"][0] == "UndeliveredQueue"


@pytest.mark.parametrize("job", JOBS)
def test_the_scheduled_time_rides_in_the_input(job: str) -> None:
    given = json.loads(SCHEDULES[(f"{job}Function", "Hourly")]["Input"])
    assert given == {"schedule": JOBS[job], "as_of": "<aws.scheduler.scheduled-time>"}


def test_the_relay_gets_new_events_and_nothing_else() -> None:
    (event,) = events_of("RelayFunction")
    (filtered,) = event["Properties"]["FilterCriteria"]["Filters"]
    assert json.loads(filtered["Pattern"]) == {
        "eventName": ["INSERT"],
        "dynamodb": {"NewImage": {"item": {"S": ["event"]}}},
    }
    assert event["Properties"]["DestinationConfig"]["OnFailure"]["Type"] == "SQS"


def test_mail_is_asked_for_by_events_that_exist() -> None:
    listened = set(RESOURCES["MailRule"]["Properties"]["EventPattern"]["detail-type"])
    documented = set(re.findall(r"^## ([a-z_]+\.[a-z_]+)$", EVENTS.read_text(), re.MULTILINE))
    assert "contract.registered" in documented
    assert listened <= documented


def test_mail_hears_of_what_some_policy_writes_about_and_of_nothing_else() -> None:
    listened = RESOURCES["MailRule"]["Properties"]["EventPattern"]["detail-type"]
    said_by = dict.fromkeys(("released", "terminated", "transferred_out"), "closed")
    said_by["cancelled_immediately"] = "cancelled"
    twice = {"plan_change_code": {"plan_change_requested", "plan_change_code_resent"}}
    shelf = [
        policy(f"{name}/{version}") for name, all_of in shipped().items() for version in all_of
    ]
    said = {kind for each in shelf for kind, channels in each.messages.items() if channels}
    warranties = [kind.warranty for each in shelf for kind in each.kinds.values() if kind.warranty]
    if any(step.channel == "email" for warranty in warranties for step in warranty.steps):
        said.add("warranty_contact")
    events = {event for kind in said for event in twice.get(kind, {said_by.get(kind, kind)})}
    tickets = {
        "invoice_reminder": "ticket_order.reminded",
        "order_cancelled": "ticket_order.cancelled",
    }
    assert set(listened) == {tickets.get(event, f"contract.{event}") for event in events}


# ---------------------------------------------------------------- the test clock


def test_the_test_clock_is_refused_in_production() -> None:
    rule = template()["Rules"]["NoTestClockInProduction"]
    assert rule["RuleCondition"] == {"Fn::Equals": [{"Ref": "Environment"}, "production"]}
    (assertion,) = rule["Assertions"]
    enabled = {"Fn::Equals": [{"Ref": "TestClock"}, "enabled"]}
    assert assertion["Assert"] == {"Fn::Not": [enabled]}


def test_the_test_clock_is_off_by_default() -> None:
    assert template()["Parameters"]["TestClock"]["Default"] == "disabled"


def test_all_of_the_test_clock_stands_under_its_condition() -> None:
    for name, resource in RESOURCES.items():
        if name.startswith("TestClock"):
            assert resource["Condition"] == "HasTestClock", name
    for function in FUNCTIONS.values():
        given = function["Properties"]["Environment"]["Variables"].get("TEST_CLOCK")
        if function.get("Condition") != "HasTestClock":
            off = {"Ref": "AWS::NoValue"}
            assert given in (None, {"Fn::If": ["HasTestClock", "enabled", off]})


def test_who_never_asks_for_the_time_is_not_told_of_the_test_clock() -> None:
    """Which functions ask is heard in `tests/integration/test_permissions.py`."""
    told = {
        n
        for n, f in FUNCTIONS.items()
        if "TEST_CLOCK" in f["Properties"]["Environment"]["Variables"]
    }
    assert told.isdisjoint({"ProvidersFunction", "RelayFunction"})


# ---------------------------------------------------------------- the whole


def test_there_is_room_for_what_comes() -> None:
    assert len(expanded()["Resources"]) < MOST_RESOURCES * 0.8


def test_every_function_has_an_output_that_names_it() -> None:
    for function in FUNCTIONS:
        value = template()["Outputs"][f"{function}Arn"]["Value"]
        assert value == {"Fn::GetAtt": [function, "Arn"]}


def test_nothing_of_one_account_or_region_is_written_down() -> None:
    text = TEMPLATE.read_text()
    assert not re.search(r"arn:aws[:-](?!\^)", text)
    assert not re.search(r"\b\d{12}\b", text)
