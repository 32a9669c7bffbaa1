"""`make token`: an ID token of the local user pool, for any person in any group."""

from __future__ import annotations

import argparse
import secrets
import sys
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from local.description import Description, client, running
from local.places import ROOT
from local.progress import Trouble, exit_code

POLICIES = ROOT / "shared" / "tacit" / "policies"


def shipped_providers() -> list[str]:
    """The providers there is a policy file for: `<provider>-<version>.toml`."""
    return sorted({file.stem.rpartition("-")[0] for file in POLICIES.glob("*-*.toml")})


def id_token(stack: Description, person: str, groups: Iterable[str]) -> str:
    """An ID token of `person`, who is afterwards in these groups and in no other.

    The password is a new one each time and kept nowhere: nobody logs in by hand here.
    """
    cognito = client(stack, "cognito-idp")
    here = {"UserPoolId": stack.user_pool_id, "Username": person}
    password = f"Aa1-{secrets.token_urlsafe(24)}"
    with suppress(cognito.exceptions.UsernameExistsException):
        cognito.admin_create_user(**here, MessageAction="SUPPRESS", TemporaryPassword=password)
    cognito.admin_set_user_password(**here, Password=password, Permanent=True)
    listed = cognito.admin_list_groups_for_user(**here)["Groups"]
    before, wanted = {group["GroupName"] for group in listed}, set(groups)
    for group in before - wanted:
        cognito.admin_remove_user_from_group(**here, GroupName=group)
    for group in wanted - before:
        _make_group(cognito, stack, group)
        cognito.admin_add_user_to_group(**here, GroupName=group)
    answer = cognito.admin_initiate_auth(
        UserPoolId=stack.user_pool_id,
        ClientId=stack.client_id,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": person, "PASSWORD": password},
    )
    return str(answer["AuthenticationResult"]["IdToken"])


def groups_asked_for(provider: str, staff: str, group: str) -> list[str]:
    """The groups that `PROVIDER=`, `STAFF=1` and `GROUP=` stand for; customer of all without."""
    if group:
        return [group]
    if staff:
        return [f"staff.{provider}"] if provider else ["staff"]
    providers = [provider] if provider else shipped_providers()
    return [f"customer.{each}" for each in providers]


def _make_group(cognito: Any, stack: Description, group: str) -> None:
    with suppress(cognito.exceptions.GroupExistsException):
        cognito.create_group(UserPoolId=stack.user_pool_id, GroupName=group)


def main() -> None:
    parser = argparse.ArgumentParser(prog="make token")
    parser.add_argument("--person", default="")
    parser.add_argument("--provider", default="")
    parser.add_argument("--staff", default="")
    parser.add_argument("--group", default="")
    asked = parser.parse_args()
    if not asked.person:
        raise Trouble("Say who: make token PERSON=alice [PROVIDER=… | STAFF=1 | GROUP=…]")
    groups = groups_asked_for(asked.provider, asked.staff, asked.group)
    print(id_token(running(), asked.person, groups))


if __name__ == "__main__":
    sys.exit(exit_code(main))
