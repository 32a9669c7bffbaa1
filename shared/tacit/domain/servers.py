"""Marking servers that go with the next plan change, and taking that back (X4, X5).

A mark removes nothing: what becomes of it is decided with the plan change.
"""

from dataclasses import replace
from datetime import datetime

from tacit.domain.commands import MarkServer, UnmarkServer
from tacit.domain.decision import Decision, NothingToDo
from tacit.domain.permission import check_roles
from tacit.domain.plan_quote import check_living, offered
from tacit.domain.policy import Policy
from tacit.domain.record import changed
from tacit.domain.refusals import Invalid, NotFound
from tacit.domain.renewal import HOLDER_AND_STAFF
from tacit.domain.values import Contract, Scalar, Server


def mark(contract: Contract, command: MarkServer, policy: Policy, now: datetime) -> Decision:
    """Confirmed by naming the server, since what is on it will be lost."""
    check_roles(HOLDER_AND_STAFF, command.by)
    server = server_named(contract, command.server_id)
    if command.confirm != server.id:
        lost = f"its data, backups and IP address {server.ip} are lost with the plan change"
        raise Invalid("confirm", f"expected {server.id!r}: {lost}")
    if server.marked:
        return NothingToDo(contract, "already_marked")
    return _with(contract, server, True, command, policy, now)


def unmark(contract: Contract, command: UnmarkServer, policy: Policy, now: datetime) -> Decision:
    check_roles(HOLDER_AND_STAFF, command.by)
    server = server_named(contract, command.server_id)
    if not server.marked:
        return NothingToDo(contract, "not_marked")
    return _with(contract, server, False, command, policy, now)


def _with(
    contract: Contract,
    server: Server,
    marked: bool,
    command: MarkServer | UnmarkServer,
    policy: Policy,
    now: datetime,
) -> Decision:
    offered(contract, policy)
    check_living(contract, policy, now)
    servers = tuple(
        replace(each, marked=marked) if each.id == server.id else each for each in contract.servers
    )
    data: dict[str, Scalar] = {"server_id": server.id}
    event = "contract.server_marked" if marked else "contract.server_unmarked"
    after = replace(contract, servers=servers)
    return changed(contract, after, event, data, command.by, policy, now)


def server_named(contract: Contract, server_id: str) -> Server:
    """Raises NotFound."""
    for server in contract.servers:
        if server.id == server_id:
            return server
    raise NotFound("server")
