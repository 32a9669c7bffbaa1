"""The sample portfolio is true of any first day, and a second fill sends what the first sent."""

import calendar
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from local.api import Answer
from local.description import Description
from local.portfolio import tickets
from local.portfolio.__main__ import bodies, fill, outcome, requests, start_day_of
from local.portfolio.days import day
from local.progress import Trouble
from tacit import policies
from tacit.domain.calendar import expiry_due_on, renewal_due_on
from tacit.domain.commands import Register
from tacit.domain.decision import Change, Situation
from tacit.domain.money import Money
from tacit.domain.phases import windows
from tacit.domain.plan_quote import Wanted, quote
from tacit.domain.refusals import Refused
from tacit.domain.registration import register
from tacit.domain.values import Actor, Contract, Order, Role, Status
from tacit.policies import policy
from tacit.runtime.registration import read_registration
from tests.searches import far

FRIDAY = date(2026, 3, 13)


def first_days() -> Iterator[date]:
    """The first, one within and the last of every month, up to a leap year and beyond; or all."""
    for month in range(27):
        year, number = 2027 + month // 12, month % 12 + 1
        last = calendar.monthrange(year, number)[1]
        for number_of_day in far((1, 2 + month % 27, last), tuple(range(1, last + 1))):
            yield date(year, number, number_of_day)


def registered(start_day: date) -> dict[str, Contract]:
    """Every contract of the portfolio, as the core takes it in on that day."""
    noon = datetime(start_day.year, start_day.month, start_day.day, 12, tzinfo=UTC)
    staff = Actor(Role.STAFF, "sam")
    there: dict[str, Contract] = {}
    orders: dict[str, Order] = {}
    for contract_id, body in bodies(start_day).items():
        wanted = read_registration(contract_id, dict(body))
        order = orders.get(wanted.order_id or f"~{contract_id}")
        situation = Situation(None, order, there.get(wanted.parent_id or ""))
        rules = policies.newest(wanted.provider)
        change = register(situation, Register(staff, wanted, "body"), rules, noon)
        assert isinstance(change, Change)
        assert change.order is not None
        orders[change.order.id] = change.order
        there[contract_id] = change.contract
    return there


@pytest.mark.search
def test_whatever_the_first_day_all_can_be_registered_and_no_job_finds_one_due() -> None:
    for start_day in first_days():
        due = [(c.id, expiry_due_on(c, policy(c.policy))) for c in registered(start_day).values()]
        late = [(contract_id, on) for contract_id, on in due if on is not None and on <= start_day]
        assert not late, start_day


def test_it_shows_every_provider_every_kind_and_every_status() -> None:
    contracts = registered(FRIDAY).values()
    assert {c.provider for c in contracts} == set(policies.shipped())
    assert {c.status for c in contracts} == set(Status)
    for provider in policies.shipped():
        kinds = policies.newest(provider).kinds
        assert {c.kind for c in contracts if c.provider == provider} == set(kinds)


def test_it_shows_a_shared_order_an_addon_a_short_term_and_a_close_end() -> None:
    contracts = registered(FRIDAY)
    orders = [c.order_id for c in contracts.values()]
    assert max(orders.count(order) for order in orders) == 2
    assert contracts["sd-bageri-mail"].parent_id == "sd-bageri"
    assert contracts["sd-cykel"].term_months == 3
    assert contracts["km-example-garten"].anchor_day == 31
    assert contracts["km-example-kino"].phase_ends_on == FRIDAY + timedelta(days=1)


def test_it_shows_addons_that_end_in_every_way_and_one_that_follows_its_domain() -> None:
    contracts = registered(FRIDAY)
    free = contracts["sd-optik-konto"]
    assert policy(free.policy).follows_parent(free)
    assert free.expires_on == contracts["sd-optik"].expires_on
    ending = {
        (policy(parent.policy).tier_of(parent), addon.status)
        for addon in contracts.values()
        if addon.parent_id and (parent := contracts[addon.parent_id])
    }
    assert {(tier, Status.NON_RENEWING) for tier in ("premium", "budget")} <= ending
    assert {("premium", Status.INACTIVE), ("premium", Status.EXPIRED)} <= ending


def test_G9_it_shows_a_window_that_the_registry_ends_first() -> None:
    contract = registered(FRIDAY)["sd-tryckeri"]
    found = windows(contract, policy(contract.policy), contract.expires_on)
    assert found is not None
    assert found.registry is not None and found.provider is not None
    assert found.effective == found.registry < found.provider


def test_S3_it_shows_short_terms_before_and_after_they_are_switched_off() -> None:
    short = [c for c in registered(FRIDAY).values() if c.term_months == 3]
    longer = {c.status for c in short if c.registry_expires_on and c.registry_expires_on > FRIDAY}
    assert longer == {Status.ACTIVE, Status.NON_RENEWING, Status.INACTIVE}


def test_R1_R6_it_shows_an_order_that_is_due_and_money_that_does_not_suffice_for_it() -> None:
    contracts = registered(FRIDAY)
    due = [
        contract
        for contract in contracts.values()
        if (contract.provider, contract.holder) == ("registrar-ru", "alice")
        and (on := renewal_due_on(contract, policy(contract.policy))) is not None
        and on <= FRIDAY
    ]
    assert {c.kind for c in due} == {"domain", "hosting", "other"}
    assert len({c.order_id for c in due if c.kind != "other"}) == 1
    domain = next(c for c in due if c.kind == "domain")
    have = balances()["ru-alice"].minor
    assert domain.price.minor <= have < sum(c.price.minor for c in due)


def test_R9_I16_it_shows_a_trial_and_a_warranty() -> None:
    contracts = registered(FRIDAY)
    activated = [path.split("/")[2] for _, path, _ in requests(FRIDAY) if "activation" in path]
    (trial,) = (contracts[each] for each in activated)
    assert policy(trial.policy).plans[trial.plan].trial_days > 0
    assert trial.status is Status.PENDING and trial.starts_on == FRIDAY
    (warranted,) = (c for c in contracts.values() if c.renewal_warranty)
    assert policy(warranted.policy).kinds[warranted.kind].warranty is not None


# By contract and wish: the refusal, None where it can be had. A cooldown begins with a change.
PLANS = {
    ("kx-alice-shop", "vps-l", 3): None,
    ("kx-alice-shop", "vps-l", 2): "servers_to_remove",
    ("kx-alice-shop", "vps-xs", 3): "plan_not_sold",
    ("kx-alice-shop", "voice-server", 1): "other_kind",
    ("kx-alice-shop", "vps-m", 3): "same_plan",
    ("kx-alice-fair", "vps-m", 1): "insufficient_remaining_days",
    ("kx-alice-gallery", "vps-m", 1): None,
    ("kx-alice-voice", "vps-m", 1): "not_offered",
    ("kx-dave-test", "vps-m", 1): None,
    ("kx-dave-yard", "vps-l", 2): "servers_to_keep",
    ("kx-dave-yard", "vps-l", 1): None,
    ("kx-dave-next", "vps-m", 1): "not_active_yet",
    ("kx-dave-old", "vps-s", 1): None,
    ("kx-erika-forum", "vps-m", 1): "cancelled",
    ("kx-erika-archive", "vps-m", 1): "expired",
}


@pytest.mark.parametrize(("wish", "code"), PLANS.items(), ids=str)
def test_X1_X8_it_shows_every_answer_to_the_question_for_another_plan(
    wish: tuple[str, str, int], code: str | None
) -> None:
    contract_id, plan, quantity = wish
    contract = registered(FRIDAY)[contract_id]
    removal = re.compile(rf"/contracts/{contract_id}/servers/(.+)/removal")
    marked = [found[1] for _, path, _ in requests(FRIDAY) if (found := removal.match(path))]
    servers = tuple(replace(each, marked=each.id in marked) for each in contract.servers)
    asked = replace(contract, servers=servers)
    assert sum(each.marked for each in servers) == len(marked)
    noon = datetime(FRIDAY.year, FRIDAY.month, FRIDAY.day, 12, tzinfo=UTC)
    rules = policy(contract.policy)
    try:
        quote(Situation(asked, newest=rules), asked, Wanted(plan, quantity), rules, noon)
    except Refused as refused:
        assert refused.code == code
    else:
        assert code is None


def test_X3_it_shows_both_options_that_lift_a_cooldown() -> None:
    rule = policies.newest("kriax").plan_change
    assert rule is not None
    held = {option for contract in registered(FRIDAY).values() for option in contract.options}
    assert {rule.unlimited_option, rule.pass_option} <= held


def test_an_account_is_kept_in_its_providers_currency_for_somebody_with_contracts_there() -> None:
    holders = {(c.provider, c.holder) for c in registered(FRIDAY).values()}
    opened = [body for method, path, body in requests(FRIDAY) if path.startswith("/accounts/")]
    for body in (each for each in opened if "holder" in each):
        assert (body["provider"], body["holder"]) in holders
        assert body["currency"] == policies.newest(body["provider"]).currency


def balances() -> dict[str, Money]:
    """What the deposits of each account come to; each reference stands once on an account."""
    found: dict[str, list[Money]] = {}
    references = set()
    for method, path, body in requests(FRIDAY):
        if method == "POST" and path.endswith("/deposits"):
            amount = Money.parse(body["amount"]["amount"], body["amount"]["currency"])
            found.setdefault(path.split("/")[2], []).append(amount)
            assert (path, body["reference"]) not in references
            references.add((path, body["reference"]))
    return {
        account_id: Money(sum(each.minor for each in amounts), amounts[0].currency)
        for account_id, amounts in found.items()
    }


def test_nobody_could_be_written_to() -> None:
    for body in bodies(FRIDAY).values():
        assert body["email"].split("@")[1] in ("example.net", "example.com", "example.org")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("today", "2026-03-13"),
        ("+12 days", "2026-03-25"),
        ("-8 months", "2025-07-13"),
        ("-3 months +1 days", "2025-12-14"),
        ("last 01-31", "2026-01-31"),
        ("last 12-24", "2025-12-24"),
        ("end of last month", "2026-02-28"),
    ],
)
def test_a_day_is_counted_from_the_first_fill(text: str, found: str) -> None:
    assert day(text, FRIDAY).isoformat() == found


def test_a_month_back_from_the_31st_is_the_last_day_of_a_shorter_month() -> None:
    assert day("-1 months", date(2026, 3, 31)) == date(2026, 2, 28)


@pytest.mark.parametrize("text", ["2026-01-15", "12 days", "+12", "yesterday", "+1 days tomorrow"])
def test_a_day_written_otherwise_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="no day relative"):
        day(text, FRIDAY)


def test_a_second_fill_uses_the_day_of_the_first(tmp_path: Path) -> None:
    stack, note = stack_with("pool-1"), tmp_path / "portfolio.json"
    assert start_day_of(stack, note, FRIDAY) == FRIDAY
    later = FRIDAY + timedelta(days=40)
    assert start_day_of(stack, note, later) == FRIDAY
    assert bodies(start_day_of(stack, note, later)) == bodies(FRIDAY)


def test_a_stack_that_was_thrown_away_leaves_no_day_to_the_next(tmp_path: Path) -> None:
    note = tmp_path / "portfolio.json"
    start_day_of(stack_with("pool-1"), note, FRIDAY)
    later = FRIDAY + timedelta(days=40)
    assert start_day_of(stack_with("pool-2"), note, later) == later


def test_a_note_that_was_cut_off_is_written_anew(tmp_path: Path) -> None:
    note = tmp_path / "portfolio.json"
    note.write_text('{"user_pool_id": "po')
    assert start_day_of(stack_with("pool-1"), note, FRIDAY) == FRIDAY
    assert json.loads(note.read_text())["start_day"] == "2026-03-13"


@pytest.mark.parametrize(
    ("status", "body", "found"),
    [
        (201, {}, "new"),
        (200, {}, "there"),
        (200, {"events": []}, "there"),
        (200, {"events": [{"type": "account.deposited"}]}, "new"),
        (409, {"code": "already_registered"}, "there"),
        (409, {"code": "closed"}, "there"),
        (409, {"code": "expired"}, "there"),
        (404, {"code": "not_found", "params": {"thing": "server"}}, "there"),
    ],
)
def test_what_is_there_is_left_as_it_is(status: int, body: dict[str, Any], found: str) -> None:
    assert outcome("c-1", Answer(status, "application/json", body)) == found


@pytest.mark.parametrize("status", [404, 409, 422, 500])
def test_any_other_answer_stops_the_fill(status: int) -> None:
    body = {"code": "label_taken", "params": {"thing": "contract"}}
    with pytest.raises(Trouble, match=f"c-1: {status}"):
        outcome("c-1", Answer(status, "application/problem+json", body))


class Stack:
    """Answers every request as one that finds the thing there, ticket orders in that version."""

    def __init__(self, status: int, version: int) -> None:
        self.status, self.version, self.asked = status, version, list[str]()

    def ask(self, _: Any, method: str, path: str, __: Any) -> Answer:
        self.asked.append(f"{method} {path}")
        if method == "PUT" and path.startswith("/ticket-orders/"):
            return Answer(self.status, "application/json", {"version": self.version})
        return Answer(200, "application/json", {})


@pytest.mark.parametrize(
    ("status", "version", "led"), [(201, 1, True), (200, 1, True), (200, 2, False)]
)
def test_a_ticket_order_that_has_had_a_life_is_left_alone(
    status: int, version: int, led: bool
) -> None:
    stack = Stack(status, version)
    counts = fill(stack, None, FRIDAY)  # type: ignore[arg-type]
    commands = {each for each in stack.asked if each.startswith("POST /ticket-orders/")}
    assert bool(commands) is led
    assert sum(counts.values()) == len(list(requests(FRIDAY)))


def test_the_shops_buyers_could_not_be_written_to_either() -> None:
    sold = [body for _, path, body in tickets.requests(FRIDAY) if "buyer" in body]
    assert {body["buyer"]["email"].split("@")[1] for body in sold} == {"example.net"}
    assert {body["payment_method"] for body in sold} >= {"invoice", "card", "cash"}


def stack_with(user_pool_id: str) -> Description:
    return Description(pid=1, port=1, endpoint_url="http://127.0.0.1", user_pool_id=user_pool_id)
