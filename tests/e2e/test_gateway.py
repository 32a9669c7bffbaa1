"""What the gateway itself decides: who gets in, and how its own errors look."""

import base64
import json
import urllib.parse
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from local.description import Description
from tests.e2e.conftest import Api

Token = Callable[..., str]
KREATIVMEDIA = "customer.kreativmedia"


def is_problem(answer: Any, status: int, code: str) -> bool:
    return (
        answer.status == status
        and answer.code == code
        and answer.headers["content-type"] == "application/problem+json"
        and {"type", "title", "status", "detail", "params"} <= set(answer.body)
    )


@pytest.mark.parametrize("token", [None, "nonsense", "a.b.c"])
def test_without_a_valid_token_every_door_is_shut(api: Api, token: str | None) -> None:
    for method, path in [("GET", "/contracts"), ("PUT", "/contracts/c-1"), ("GET", "/parked")]:
        assert is_problem(api(method, path, token), 401, "unauthenticated")


def test_a_path_that_leads_nowhere_is_a_problem_too(api: Api, staff: str) -> None:
    assert is_problem(api("GET", "/nowhere", staff), 404, "no_such_door")
    assert is_problem(api("DELETE", "/contracts/c-1", staff), 404, "no_such_door")


def test_an_access_token_is_no_id_token(
    api: Api, aws: Callable[[str], Any], stack: Description
) -> None:
    person, password = f"mallory-{uuid.uuid4().hex[:8]}", f"Aa1-{uuid.uuid4().hex}"
    cognito = aws("cognito-idp")
    here = {"UserPoolId": stack.user_pool_id, "Username": person}
    cognito.admin_create_user(**here, MessageAction="SUPPRESS", TemporaryPassword=password)
    cognito.admin_set_user_password(**here, Password=password, Permanent=True)
    cognito.admin_add_user_to_group(**here, GroupName="staff")
    tokens = cognito.admin_initiate_auth(
        UserPoolId=stack.user_pool_id,
        ClientId=stack.client_id,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": person, "PASSWORD": password},
    )["AuthenticationResult"]
    assert api("GET", "/contracts", tokens["IdToken"]).status == 200
    assert is_problem(api("GET", "/contracts", tokens["AccessToken"]), 401, "unauthenticated")


def test_a_token_of_the_pools_other_client_is_none_of_ours(
    api: Api, aws: Callable[[str], Any], stack: Description
) -> None:
    cognito = aws("cognito-idp")
    person, password = f"mallory-{uuid.uuid4().hex[:8]}", f"Aa1-{uuid.uuid4().hex}"
    other = cognito.create_user_pool_client(
        UserPoolId=stack.user_pool_id,
        ClientName="other",
        ExplicitAuthFlows=["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    )["UserPoolClient"]["ClientId"]
    here = {"UserPoolId": stack.user_pool_id, "Username": person}
    cognito.admin_create_user(**here, MessageAction="SUPPRESS", TemporaryPassword=password)
    cognito.admin_set_user_password(**here, Password=password, Permanent=True)
    token = cognito.admin_initiate_auth(
        UserPoolId=stack.user_pool_id,
        ClientId=other,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": person, "PASSWORD": password},
    )["AuthenticationResult"]["IdToken"]
    assert is_problem(api("GET", "/contracts", token), 401, "unauthenticated")


def test_a_token_that_somebody_changed_opens_nothing(api: Api, token: Token) -> None:
    """Without a signature, with one of another kind, with the groups of staff or a life for ever
    under a signature that was made for less."""
    real = token("mallory-the-forger", KREATIVMEDIA)
    head, body, signature = real.split(".")
    claims = read_part(body)
    assert api("GET", "/parked", real).code == "not_your_role"
    promoted = part({**claims, "cognito:groups": ["staff"]})
    for forged in (
        f"{part({'alg': 'none', 'typ': 'JWT'})}.{promoted}.",
        f"{part({'alg': 'none'})}.{body}.{signature}",
        f"{part({**read_part(head), 'alg': 'HS256'})}.{promoted}.{signature}",
        f"{head}.{promoted}.{signature}",
        f"{head}.{part({**claims, 'exp': claims['exp'] + 10**9})}.{signature}",
        f"{head}.{body}.{signature[:-8]}AAAAAAAA",
        f"{head}.{body}.",
        f"{head}.{body}",
    ):
        assert is_problem(api("GET", "/parked", forged), 401, "unauthenticated"), forged[:80]


def test_a_token_of_another_pool_opens_nothing(api: Api, aws: Callable[[str], Any]) -> None:
    """Properly signed, for a client and with groups that are called as ours are."""
    cognito = aws("cognito-idp")
    pool = cognito.create_user_pool(PoolName="another")["UserPool"]["Id"]
    client = cognito.create_user_pool_client(
        UserPoolId=pool, ClientName="web", ExplicitAuthFlows=["ALLOW_ADMIN_USER_PASSWORD_AUTH"]
    )["UserPoolClient"]["ClientId"]
    here, password = {"UserPoolId": pool, "Username": "sam"}, f"Aa1-{uuid.uuid4().hex}"
    cognito.create_group(UserPoolId=pool, GroupName="staff")
    cognito.admin_create_user(**here, MessageAction="SUPPRESS", TemporaryPassword=password)
    cognito.admin_set_user_password(**here, Password=password, Permanent=True)
    cognito.admin_add_user_to_group(**here, GroupName="staff")
    token = cognito.admin_initiate_auth(
        UserPoolId=pool,
        ClientId=client,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "sam", "PASSWORD": password},
    )["AuthenticationResult"]["IdToken"]
    assert is_problem(api("GET", "/parked", token), 401, "unauthenticated")


def part(claims: dict[str, Any]) -> str:
    """A part of a token: JSON in base64url without padding."""
    return base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")


def read_part(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return found


def test_several_groups_and_none_arrive_as_they_were_given(api: Api, token: Token) -> None:
    both = token("staff-of-two", "staff.kreativmedia", "staff.svenska-domaner")
    assert api("GET", "/parked", both).status == 200
    assert api("GET", "/parked", token("one-of-kriax", "staff.kriax")).body["items"] == []
    assert is_problem(api("GET", "/parked", token("nobody")), 403, "not_your_role")
    assert is_problem(api("GET", "/parked", token("alice", KREATIVMEDIA)), 403, "not_your_role")
    assert api("GET", "/contracts", token("nobody")).body == {"items": [], "next": None}


@pytest.mark.parametrize(
    "path",
    ["/contracts/c%00x", "/contracts/c%0Ax", "/contracts/%20", "/contracts/c%2Fd", "/contracts/ü"],
)
def test_an_id_that_nothing_can_have_is_named(api: Api, staff: str, path: str) -> None:
    answer = api("GET", urllib.parse.quote(path, safe="/%"), staff)
    assert answer.status in (404, 422), answer
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_megabyte_is_refused_and_nothing_is_written(api: Api, staff: str) -> None:
    contract_id = f"c-{uuid.uuid4().hex[:12]}"
    answer = api("PUT", f"/contracts/{contract_id}", staff, {"label": "x" * 1_000_000})
    assert is_problem(answer, 400, "body_too_large")
    assert api("GET", f"/contracts/{contract_id}", staff).status == 404


def test_a_page_goes_on_where_the_last_one_ended(api: Api, staff: str, token: Token) -> None:
    holder = f"holder-{uuid.uuid4().hex[:8]}"
    for number in range(5):
        body = {
            "provider": "svenska-domaner",
            "plan": "premium-domain",
            "label": f"{holder}-{number}.org.nz",
            "holder": holder,
            "email": "holder@example.net",
        }
        assert api("PUT", f"/contracts/{holder}-{number}", staff, body).status == 201
    mine = token(holder, "customer.svenska-domaner")
    found, path = [], "/contracts?limit=2"
    while True:
        page = api("GET", path, mine).body
        found += [contract["id"] for contract in page["items"]]
        if page["next"] is None:
            break
        path = f"/contracts?limit=2&next={page['next']}"
    assert sorted(found) == [f"{holder}-{number}" for number in range(5)]
    stranger = token(f"{holder}-2nd", "customer.svenska-domaner")
    first = api("GET", "/contracts?limit=2", mine).body["next"]
    refused = api("GET", f"/contracts?limit=2&next={first}", stranger)
    assert is_problem(refused, 422, "invalid_next")


def test_plans_and_policy_are_for_everyone_with_a_token(api: Api, token: Token) -> None:
    anyone = token("nobody")
    plans = api("GET", "/providers/kreativmedia/plans", anyone).body["items"]
    assert {"domain", "hosting", "other"} <= {plan["kind"] for plan in plans}
    policy = api("GET", "/providers/kreativmedia/policy", anyone).body
    assert policy["renewal"]["lead_days"] == 30
    assert is_problem(api("GET", "/providers/nobody/plans", anyone), 404, "not_found")
