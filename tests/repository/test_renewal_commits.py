"""What a renewal writes in its one transaction, what each condition stops, and what a repetition
of it does."""

from datetime import date
from typing import Any

import pytest

from tacit.domain.collecting import Purse, collect
from tacit.domain.commands import PayNotice, Renew, ReverseRenewal
from tacit.domain.decision import Change, Situation
from tacit.domain.refusals import Refused
from tacit.domain.values import JOB, Contract, Notice
from tacit.policies import newest
from tacit.store import keys
from tacit.store.codec import from_raw
from tacit.store.mapping import contract_of
from tacit.store.notice_items import notice_of
from tacit.store.patience import Busy
from tacit.store.repository import LostRace
from tacit.store.writes import put
from tacit.versions import policy_of
from tests.repository.desk import Desk, everything
from tests.repository.nights import (
    DOMAIN,
    PROVIDER,
    TONIGHT,
    counts,
    due,
    message,
    paid_in_order,
    purse,
    stored,
    top_up,
    untrue,
)
from tests.repository.tills import account, book
from tests.repository.wire import Wire
from tests.unit.cases import at

RULES = newest(PROVIDER)
NOW, ENDS = at(TONIGHT), date(2026, 5, 1)
ONE = "d-alice-True-0000"
PK = f"contract#{ONE}"
Items = dict[tuple[str, str], dict[str, Any]]


@pytest.fixture(autouse=True)
def _no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tacit.store.patience.time.sleep", lambda seconds: None)


@pytest.fixture
def domain(desk: Desk, dynamodb_client: Any) -> str:
    """A domain that is due tonight, and the money for two terms."""
    desk.stand_at(TONIGHT)
    stored(desk, dynamodb_client, due("d", 1, ENDS))
    purse(desk, 2 * DOMAIN)
    return ONE


def contract(desk: Desk) -> Contract:
    found = desk.repository.contract(ONE)
    assert found is not None
    return found


def notice(desk: Desk, period_start: date = ENDS) -> Notice:
    """The notice's own item."""
    found = desk.repository.notice(ONE, period_start)
    assert found is not None
    return found


def collected(desk: Desk) -> Change:
    """What the job would do now, not committed."""
    there = contract(desk)
    situation = Situation(there, desk.repository.order(there.order_id), newest=RULES)
    mine = Purse(desk.repository.accounts_of(PROVIDER, "alice"))
    decision = collect(situation, there, mine, JOB, RULES, NOW).decision
    assert isinstance(decision, Change)
    return decision


def commit(desk: Desk, change: Change) -> None:
    desk.repository.commit(change, policy_of(change.contract), NOW)


def items(desk: Desk, client: Any) -> Items:
    raws = everything(client, desk.table.name)
    return {(raw["pk"]["S"], raw["sk"]["S"]): from_raw(raw) for raw in raws}


def test_a_renewal_writes_head_notice_charge_line_account_and_events_and_nothing_else(
    desk: Desk, dynamodb_client: Any, domain: str
) -> None:
    before = items(desk, dynamodb_client)
    commit(desk, collected(desk))
    after = items(desk, dynamodb_client)
    assert {key for key in after if before.get(key) != after[key]} == {
        (PK, "head"),
        (PK, "event#0000000002"),
        (PK, "event#0000000003"),
        (PK, "notice#2026-05-01"),
        (PK, "charge#2026-05-01#renewal#1"),
        ("account#a-1", "head"),
        ("account#a-1", "line#0000000002"),
        ("account#a-1", "event#0000000003"),
    }
    assert before.keys() <= after.keys()
    assert after[PK, "head"]["renewals_due_at"].startswith("2027-03-3")
    line, charge = (
        after["account#a-1", "line#0000000002"],
        after[PK, "charge#2026-05-01#renewal#1"],
    )
    assert (line["minor"], line["contract_id"], line["period_start"]) == (
        -DOMAIN,
        ONE,
        "2026-05-01",
    )
    assert (charge["minor"], charge["account_id"], charge.get("reference")) == (DOMAIN, "a-1", None)


@pytest.mark.breaks("an item is in the way, laid by hand")
@pytest.mark.parametrize(
    ("sk", "name"),
    [
        ("event#0000000002", "event 2"),
        ("event#0000000003", "event 3"),
        ("charge#2026-05-01#renewal#1", "charge renewal"),
    ],
)
def test_what_is_there_already_of_the_contract_stops_the_renewal_whole(
    desk: Desk, dynamodb_client: Any, domain: str, sk: str, name: str
) -> None:
    change = collected(desk)
    desk.table.write(put("one", {"pk": PK, "sk": sk, "item": "other"}))
    before = items(desk, dynamodb_client)
    with pytest.raises(LostRace, match=f"^{name}$"):
        commit(desk, change)
    assert items(desk, dynamodb_client) == before


def test_an_account_that_moved_an_order_that_was_switched_and_a_head_that_changed_stop_it(
    desk: Desk, dynamodb_client: Any, domain: str
) -> None:
    first, order_id = collected(desk), contract(desk).order_id
    top_up(desk, 100, "late")
    with pytest.raises(LostRace, match=r"^account, account event 3, line 2$"):
        commit(desk, first)
    second = collected(desk)
    desk.switch(order_id, enabled=False)
    with pytest.raises(LostRace, match=r"^order$"):
        commit(desk, second)
    desk.switch(order_id, enabled=True)
    third = collected(desk)
    head = desk.table.get(keys.contract(ONE)) or {}
    desk.table.write(put("head", {**head, "version": head["version"] + 1}))
    before = items(desk, dynamodb_client)
    with pytest.raises(LostRace, match=r"^contract$"):
        commit(desk, third)
    assert items(desk, dynamodb_client) == before
    assert before["account#a-1", "head"]["balance"] == 2 * DOMAIN + 100


def test_a_renewal_that_is_committed_twice_is_a_lost_race_the_second_time(
    desk: Desk, dynamodb_client: Any, domain: str
) -> None:
    change = collected(desk)
    commit(desk, change)
    before = items(desk, dynamodb_client)
    with pytest.raises(LostRace):
        commit(desk, change)
    assert items(desk, dynamodb_client) == before


@pytest.mark.parametrize("minor", [2 * DOMAIN, 0])
def test_the_notice_that_is_listed_is_the_one_that_the_head_carries(
    desk: Desk, dynamodb_client: Any, domain: str, minor: int
) -> None:
    if not minor:
        book(desk, "withdrawal", "a-1", 2 * DOMAIN, "back", currency="RUB")
    commit(desk, collected(desk))
    assert notice(desk) == contract(desk).notice
    assert notice(desk).status == ("paid" if minor else "open")
    assert (notice(desk).short is None) is bool(minor)


def test_a_shortage_that_changes_without_a_word_is_written_in_both_places(
    desk: Desk, dynamodb_client: Any, domain: str
) -> None:
    book(desk, "withdrawal", "a-1", 2 * DOMAIN - 1, "back", currency="RUB")
    desk.work(message("run-1"))
    top_up(desk, 100, "some")
    desk.work(message("run-2", as_of="2026-04-06"))
    short = notice(desk).short
    assert short is not None
    assert short.short.minor == DOMAIN - 101
    assert notice(desk) == contract(desk).notice
    assert contract(desk).events == 3
    assert untrue(desk, dynamodb_client) == []


def reversed_(desk: Desk) -> Contract:
    command = lambda actor: ReverseRenewal(actor, ENDS, "refused")  # noqa: E731
    return desk.ask(ONE, command, action="reverse_renewal")


def test_the_generation_rises_with_a_reversal_and_the_next_charge_has_a_key_of_its_own(
    desk: Desk, dynamodb_client: Any, domain: str
) -> None:
    for generation in (1, 2, 3):
        desk.work(message(f"run-{generation}", as_of=f"2026-04-0{4 + generation}"))
        assert (contract(desk).expires_on, notice(desk).generation) == (
            date(2027, 5, 1),
            generation,
        )
        desk.stand_at(f"2026-04-0{4 + generation}")
        reversed_(desk)
        assert account(desk, "a-1").balance.minor == 2 * DOMAIN
        assert contract(desk).expires_on == ENDS
        assert (notice(desk).status, notice(desk).generation) == ("open", generation + 1)
        assert notice(desk) == contract(desk).notice
    there = items(desk, dynamodb_client)
    charges = sorted(sk for pk, sk in there if pk == PK and sk.startswith("charge#"))
    assert charges == [f"charge#2026-05-01#renewal#{generation}" for generation in (1, 2, 3)]
    ledger = [line.reason for line in desk.ledger.lines("a-1", 50, None)[0][::-1]]
    assert ledger == ["deposit", *["renewal", "renewal_back"] * 3]


def test_a_reversal_stands_on_the_account_and_the_contract_it_saw(
    desk: Desk, dynamodb_client: Any, domain: str, wire: Wire
) -> None:
    """A deposit comes between: it is decided again, and the money goes back once."""
    desk.work(message("run-1"))
    with wire.meanwhile("TransactWriteItems", lambda: top_up(desk, 50, "late")):
        reversed_(desk)
    assert account(desk, "a-1").balance.minor == 2 * DOMAIN + 50
    reversed_(desk)
    assert account(desk, "a-1").balance.minor == 2 * DOMAIN + 50
    reasons = [line.reason for line in desk.ledger.lines("a-1", 50, None)[0][::-1]]
    assert reasons == ["deposit", "renewal", "deposit", "renewal_back"]


def test_a_payment_by_reference_writes_the_charge_and_touches_no_account(
    desk: Desk, dynamodb_client: Any, domain: str
) -> None:
    desk.switch(contract(desk).order_id, enabled=False)
    desk.work(message("run-1"))
    before = items(desk, dynamodb_client)
    for _ in range(2):
        paid(desk, "bank-1")
    after = items(desk, dynamodb_client)
    moved = {key for key in after if before.get(key) != after[key]}
    assert moved == {
        (PK, "head"),
        (PK, "event#0000000003"),
        (PK, "notice#2026-05-01"),
        (PK, "charge#2026-05-01#renewal#1"),
    }
    with pytest.raises(Refused, match="notice_paid"):
        paid(desk, "bank-2")
    assert after[PK, "charge#2026-05-01#renewal#1"]["reference"] == "bank-1"
    assert untrue(desk, dynamodb_client, references=1) == []


def paid(desk: Desk, reference: str) -> Contract:
    command = lambda actor: PayNotice(actor, ENDS, reference)  # noqa: E731
    return desk.ask(ONE, command, action="pay_notice")


def test_a_renewal_by_hand_whose_answer_was_lost_is_paid_once(
    desk: Desk, dynamodb_client: Any, domain: str, wire: Wire
) -> None:
    def by_hand() -> Contract:
        return desk.ask(ONE, lambda actor: Renew(actor, ENDS, "a-1"), action="renew")

    with wire.answer_lost("TransactWriteItems"):
        assert by_hand().expires_on == date(2027, 5, 1)
    assert by_hand().expires_on == date(2027, 5, 1)
    assert paid_in_order(desk) == [ONE]
    assert untrue(desk, dynamodb_client) == []


def test_a_renewal_by_hand_that_ended_in_busy_though_it_went_through_is_not_repeated(
    desk: Desk, dynamodb_client: Any, domain: str, wire: Wire
) -> None:
    command = lambda actor: Renew(actor, ENDS, "a-1")  # noqa: E731
    with wire.answer_lost("TransactWriteItems", 99), pytest.raises(Busy):
        desk.ask(ONE, command, action="renew")
    desk.ask(ONE, command, action="renew")
    desk.work(message("run-1"))
    assert paid_in_order(desk) == [ONE]
    assert counts(desk, "run-1") == {}
    assert untrue(desk, dynamodb_client) == []


def test_head_and_notice_come_back_as_they_were_written(
    desk: Desk, dynamodb_client: Any, domain: str
) -> None:
    change = collected(desk)
    commit(desk, change)
    raw = desk.table.get_raw(keys.contract(ONE))
    assert raw is not None
    assert contract_of(raw) == change.contract
    raw = desk.table.get_raw(keys.notice(ONE, ENDS))
    assert raw is not None
    assert notice_of(raw) == change.contract.notice
