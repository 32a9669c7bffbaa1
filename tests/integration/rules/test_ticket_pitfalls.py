"""Where ticketing went wrong, or nearly did: money, seats, deadlines, searching, broken records."""

from typing import Any

import pytest

from tacit.calendar.__main__ import main
from tacit.domain.tickets.paying import MOST_NOTES
from tacit.domain.tickets.words import words_of
from tacit.runtime.clock import Clock
from tacit.store import keys
from tests.integration.conftest import STAFF, Person, Reply, World, customer
from tests.integration.edge import assert_problem, nothing_written
from tests.integration.rules.policy_files import PolicyFiles
from tests.integration.rules.scenes import instant, job
from tests.integration.shops import OLGA, opened_shop

GALA = {"id": "gala", "name": "Gala", "starts_at": "2025-09-01T18:00:00Z"}
REFUND = {"method": "full", "reason": "the singer is ill"}


def ticket(number: str, seat: str | None = None, price: str = "50.00") -> dict[str, Any]:
    return {"number": number, "seat": seat, "price": {"amount": price, "currency": "CHF"}}


def put(world: World, order_id: str = "o-1", *, who: Person = OLGA, **fields: Any) -> Reply:
    """Of 2025-04-01 at noon, by invoice, for an event in September, unless said."""
    body = {
        "shop_id": "shop-1",
        "event": GALA,
        "buyer": {"name": "Léa Müller", "email": "lea@example.net", "locale": "fr"},
        "placed_at": instant("2025-04-01"),
        "payment_method": "invoice",
        "tickets": [ticket("T-1", "A1")],
        **fields,
    }
    return world.call("PUT", f"/ticket-orders/{order_id}", who, body)


def placed(world: World, order_id: str = "o-1", **fields: Any) -> dict[str, Any]:
    reply = put(world, order_id, **fields)
    assert reply.status == 201, reply.text
    found: dict[str, Any] = reply.json
    return found


def order(world: World, order_id: str = "o-1") -> dict[str, Any]:
    reply = world.call("GET", f"/ticket-orders/{order_id}", OLGA)
    assert reply.status == 200, reply.text
    found: dict[str, Any] = reply.json
    return found


def post(world: World, door: str, body: Any, order_id: str = "o-1", **more: Any) -> Reply:
    return world.call("POST", f"/ticket-orders/{order_id}/{door}", OLGA, body, **more)


def pay(world: World, amount: str, reference: str, day: str, order_id: str = "o-1") -> Reply:
    money = {"amount": amount, "currency": "CHF"}
    body = {"amount": money, "reference": reference, "value_date": day}
    return post(world, "payments", body, order_id)


def found(world: World, who: Person = OLGA, **query: str) -> list[str]:
    """The ids on every page of the shop's list."""
    ids: list[str] = []
    wanted = {"shop_id": "shop-1", **query}
    while True:
        reply = world.call("GET", "/ticket-orders", who, query=dict(wanted))
        assert reply.status == 200, reply.text
        ids += [each["id"] for each in reply.json["items"]]
        if reply.json["next"] is None:
            return ids
        wanted["next"] = reply.json["next"]


def head_key(order_id: str) -> dict[str, Any]:
    return {"pk": {"S": f"ticket_order#{order_id}"}, "sk": {"S": "head"}}


def start_only(world: World, day: str, at: str) -> None:
    """A run that the queue keeps: its worker is dark."""
    world.set_clock(instant(day, at))
    world.invoke("invoice_reminders", {"as_of": instant(day, at)})


def work(world: World) -> None:
    world.work_queue(job="invoice_reminders")


@pytest.fixture
def deployed(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """As where the clock is the wall's, which stands where the test puts it."""
    monkeypatch.setattr(Clock, "is_for_tests", False)
    return world


def test_G1_messages_that_waited_in_the_queue_do_not_remind_and_cancel_in_one_hour(
    deployed: World,
) -> None:
    """The worker was dark for ten days and the queue kept what the scheduler sent: the last
    reminder leaves today, and the order stays for n days from today."""
    world = deployed
    opened_shop(world, invoice={"days_before_first_reminder": 3, "reminders": 2})
    world.set_clock(instant("2025-04-01"))
    placed(world)
    for day, at in (("2025-04-04", "10:00"), ("2025-04-07", "10:00"), ("2025-04-11", "01:00")):
        start_only(world, day, at)
    world.set_clock(instant("2025-04-12"))
    work(world)
    after = order(world)
    assert after["status"] == "pending"
    assert after["due_on"] == "2025-04-15"
    assert len(world.mails()) == 1


def test_G1_a_catch_up_run_for_an_earlier_day_leaves_n_days_from_when_it_ran(
    deployed: World,
) -> None:
    """Staff catches up on 5 May with a run for 21 April: its reminder leaves on 5 May."""
    world = deployed
    opened_shop(world)
    world.set_clock(instant("2025-04-01"))
    placed(world)
    world.set_clock(instant("2025-05-05"))
    body = {"job": "invoice_reminders", "as_of": instant("2025-04-21")}
    assert world.call("POST", "/job-runs", STAFF, body).status == 202
    work(world)
    assert order(world)["reminders_sent"] == 2
    job(world, "2025-05-05", "13:00", name="invoice_reminders")
    after = order(world)
    assert (after["status"], after["due_on"]) == ("pending", "2025-05-15")


def test_an_exchange_makes_a_number_that_the_entrance_takes(world: World) -> None:
    opened_shop(world)
    long = "T" * 64
    placed(world, payment_method="card", tickets=[ticket(long, "A1")])
    exchanged = post(world, "exchange", {"ticket": long, "seat": "A2"})
    assert exchanged.status == 200, exchanged.text
    number = exchanged.json["ticket_order"]["tickets"][1]["number"]
    assert world.call("POST", f"/tickets/{number}/admission", OLGA).status == 200


def test_an_exchange_goes_round_a_number_that_another_order_has(world: World) -> None:
    opened_shop(world)
    placed(world, payment_method="card")
    placed(world, "o-2", payment_method="card", tickets=[ticket("t-1.X1", "B1")])
    exchanged = post(world, "exchange", {"ticket": "T-1", "seat": "A2"})
    assert exchanged.status == 200, exchanged.text


def test_an_exchange_goes_round_a_number_that_its_own_order_has_in_capitals(world: World) -> None:
    opened_shop(world)
    tickets = [ticket("T-1", "A1"), ticket("T-1.X1", "A2")]
    placed(world, payment_method="card", tickets=tickets)
    exchanged = post(world, "exchange", {"ticket": "T-1", "seat": "A3"})
    assert exchanged.status == 200, exchanged.text


def test_I9_an_exchange_asked_for_in_capitals_goes_round_what_another_order_has(
    world: World,
) -> None:
    """T-1.x1 is to be exchanged as T-1.X1; the next number of T-1 is taken."""
    opened_shop(world)
    placed(world, payment_method="card")
    placed(world, "o-2", payment_method="card", tickets=[ticket("T-1.x2", "B1")])
    assert post(world, "exchange", {"ticket": "T-1", "seat": "A2"}).status == 200
    asked = {"ticket": "T-1.X1", "seat": "A3"}
    preview = post(world, "exchange", asked, query={"dry_run": "true"})
    exchanged = post(world, "exchange", asked)
    assert (preview.status, exchanged.status) == (200, 200), exchanged.text
    numbers = [each["number"] for each in order(world)["tickets"]]
    assert numbers == ["T-1", "T-1.x1", "T-1.x3"]


@pytest.mark.breaks("a policy that is not shipped")
def test_G13_one_order_under_a_policy_that_is_not_shipped_does_not_hide_the_others(
    world: World,
) -> None:
    opened_shop(world)
    placed(world)
    placed(world, "o-2", tickets=[ticket("T-2", "A2")])
    world.dynamodb.update_item(
        TableName=world.names.table_name,
        Key=head_key("o-2"),
        UpdateExpression="SET policy = :p",
        ExpressionAttributeValues={":p": {"S": "infomaniak/99"}},
    )
    listed = world.call("GET", "/ticket-orders", OLGA, query={"shop_id": "shop-1"})
    assert listed.status == 200, listed.text
    assert [each["id"] for each in listed.json["items"]] == ["o-1"]


def test_I10_a_search_for_an_accent_alone_finds_nothing(world: World) -> None:
    opened_shop(world)
    placed(world)
    asked = {"shop_id": "shop-1", "q": "\u0301"}
    assert_problem(world.call("GET", "/ticket-orders", OLGA, query=asked), 422, "invalid_field")


def test_I10_an_empty_search_is_not_the_whole_list(world: World) -> None:
    opened_shop(world)
    placed(world)
    reply = world.call("GET", "/ticket-orders", OLGA, query={"shop_id": "shop-1", "q": ""})
    assert reply.status == 422 or reply.json["items"] == []


def test_I10_an_order_that_is_called_like_its_ticket_is_found_once(world: World) -> None:
    opened_shop(world)
    placed(world, "4711", tickets=[ticket("4711", "A1")])
    assert found(world, q="4711", limit="1") == ["4711"]


def test_I10_a_buyer_with_a_long_name_is_found_by_the_whole_of_it(world: World) -> None:
    opened_shop(world)
    name = "Association des amis de la musique de chambre de Vevey et environs"
    placed(world, buyer={"name": name, "email": "amis@example.net"})
    assert found(world, q=name) == ["o-1"]


@pytest.mark.parametrize("letter", ["㌖", "㍿"])
def test_I10_a_name_of_letters_that_are_many_when_taken_apart_is_no_error(
    world: World, letter: str
) -> None:
    opened_shop(world)
    reply = put(world, buyer={"name": letter * 200, "email": "kilo@example.net"})
    assert reply.status == 201, reply.text


@pytest.mark.parametrize("letter", ["㌖", "㍿"])
def test_I10_nor_is_searching_for_it(world: World, letter: str) -> None:
    """DynamoDB takes no partition key of more than 2048 bytes; the imitation takes any."""
    opened_shop(world)
    asked = {"shop_id": "shop-1", "q": letter * 200}
    reply = world.call("GET", "/ticket-orders", OLGA, query=asked)
    asked_for = [keys.token("shop-1", word) for word in words_of(asked["q"])]
    fits = all(len(key.encode()) <= 2048 for key in asked_for)
    assert (reply.status, fits) == (200, True), reply.text


@pytest.mark.parametrize(
    ("name", "words"),
    [("Søren Łukasz", "soren lukasz"), ("Anna Müller-Meier", "meier"), ("Seán O’Neill", "oneill")],
)
def test_I10_a_name_is_found_without_strokes_and_by_either_half(
    world: World, name: str, words: str
) -> None:
    opened_shop(world)
    placed(world, buyer={"name": name, "email": "x@example.net"})
    assert found(world, q=words) == ["o-1"]


def test_a_seat_that_is_written_in_two_ways_is_sold_once(world: World) -> None:
    """The same letters to a reader: one with its accent, one with the accent put on it."""
    opened_shop(world)
    placed(world, tickets=[ticket("T-1", "Zo\u00e9 1")])
    second = put(world, "o-2", tickets=[ticket("T-2", "Zoe\u0301 1")])
    assert second.status == 409, second.text


def test_a_seat_in_small_letters_is_the_same_seat(world: World) -> None:
    opened_shop(world)
    placed(world, tickets=[ticket("T-1", "A1")])
    assert put(world, "o-2", tickets=[ticket("T-2", "a1")]).status == 409


def test_a_ticket_is_cancelled_and_exchanged_by_the_number_that_the_entrance_takes(
    world: World,
) -> None:
    opened_shop(world)
    tickets = [ticket("T-1", "A1"), ticket("T-2", "A2")]
    placed(world, payment_method="card", tickets=tickets)
    assert world.call("GET", "/tickets/t-2/admission", OLGA).json["admissible"]
    assert post(world, "exchange", {"ticket": "t-1", "seat": "A3"}).status == 200
    assert post(world, "cancellation", {"tickets": ["t-2"], "refund": REFUND}).status == 200


def test_what_was_given_back_with_a_cancellation_is_not_owed_a_second_time(world: World) -> None:
    """Half was paid; the organiser cancels and says that he gave it back."""
    opened_shop(world)
    world.set_clock(instant("2025-04-02"))
    placed(world)
    pay(world, "20.00", "r-1", "2025-04-02")
    cancelled = post(world, "cancellation", {"refund": REFUND})
    assert cancelled.status == 200, cancelled.text
    after = order(world)
    assert after["refunds"][0]["method"] == "full"
    assert (after["credit"]["amount"], after["open_question"]) == ("0.00", None)


def test_reviving_refuses_a_new_seat_for_a_ticket_that_does_not_come_back(world: World) -> None:
    """T-1 was exchanged: its successor comes back, and nobody gets the seat that was named."""
    opened_shop(world)
    world.set_clock(instant("2025-04-02"))
    placed(world, payment_method="card")
    post(world, "exchange", {"ticket": "T-1", "seat": "A2"})
    assert post(world, "cancellation", {"refund": REFUND}).status == 200
    assert pay(world, "50.00", "r-1", "2025-04-02").status == 200
    revived = post(world, "credit-decision", {"revive": {"seats": {"T-1": "C9"}}})
    assert_problem(revived, 422, "invalid_field", "revive.seats")


def test_what_is_wrong_with_a_revival_is_said_before_that_it_is_refused(world: World) -> None:
    opened_shop(world)
    placed(world)
    reply = post(world, "credit-decision", {"revive": {"seats": {"nobody": "C9"}}})
    assert_problem(reply, 404, "not_found")
    reply = post(world, "credit-decision", {"revive": {"seats": {"T-1": "C9"}}})
    assert_problem(reply, 422, "invalid_field", "revive.seats")
    reply = post(world, "credit-decision", {"revive": {"seats": {}}})
    assert_problem(reply, 409, "not_cancelled")


def test_a_shop_that_is_not_yours_is_not_there_whatever_else_is_wrong(world: World) -> None:
    opened_shop(world)
    asked = {"shop_id": "shop-1", "bogus": "1"}
    assert world.call("GET", "/ticket-orders", customer("mallory"), query=asked).status == 404
    for wrong in ({"q": " "}, {"limit": "0"}, {"open_question": "maybe"}):
        asked = {"shop_id": "shop-1", **wrong}
        assert world.call("GET", "/ticket-orders", customer("mallory"), query=asked).status == 404


@pytest.mark.breaks("something is missing")
def test_an_order_whose_shop_is_gone_can_still_be_seen_by_staff(world: World) -> None:
    opened_shop(world)
    placed(world)
    key = {"pk": {"S": "shop#shop-1"}, "sk": {"S": "head"}}
    world.dynamodb.delete_item(TableName=world.names.table_name, Key=key)
    assert world.call("GET", "/ticket-orders/o-1", STAFF).status == 200


def test_G1_a_bank_delay_does_not_shorten_what_the_last_reminder_gives(
    world: World, policies: PolicyFiles
) -> None:
    """The reminder of 25 April could only tell 3 May, the last payment day: less than n days, so
    that the organiser is asked, and the bank's two days are no days to pay in."""
    policies.edit("infomaniak", {"ticketing.bank_delay_days": 2})
    opened_shop(world)
    placed(world, event={"id": "gala", "name": "Gala", "starts_at": "2025-05-03T18:00:00Z"})
    job(world, "2025-04-25", name="invoice_reminders")
    assert order(world)["due_on"] == "2025-05-03"
    job(world, "2025-05-06", name="invoice_reminders")
    after = order(world)
    assert (after["status"], after["open_question"]) == ("pending", "overdue")


def test_the_last_reminder_announces_no_cancellation_that_will_not_come(world: World) -> None:
    """Sent on 30 April for a last payment day of 3 May: nobody cancels by himself any more."""
    opened_shop(world)
    show = {"id": "gala", "name": "Gala", "starts_at": "2025-05-03T18:00:00Z"}
    placed(world, event=show, buyer={"name": "L", "email": "l@example.net", "locale": "en"})
    job(world, "2025-04-30", name="invoice_reminders")
    (mail,) = world.mails()
    job(world, "2025-05-04", name="invoice_reminders")
    assert order(world)["open_question"] == "overdue"
    assert "the order is cancelled when" not in str(mail)


def test_a_reminder_asks_for_what_is_still_owed_when_it_leaves(world: World) -> None:
    opened_shop(world)
    placed(world)
    job(world, "2025-04-11", name="invoice_reminders")
    assert pay(world, "20.00", "r-1", "2025-04-11").status == 200
    mails = world.mails()
    assert all("50.00 CHF" not in str(mail) for mail in mails), mails


def test_the_same_order_again_is_nothing_to_do_whatever_the_policy_says_by_now(
    world: World, policies: PolicyFiles
) -> None:
    opened_shop(world)
    placed(world, payment_method="twint")
    policies.add_version("infomaniak", 2, {"ticketing.payment_methods": ["invoice", "card"]})
    again = put(world, payment_method="twint")
    assert again.status == 200, again.text


def test_a_rebuilt_calendar_has_the_ticket_orders_too(world: World) -> None:
    opened_shop(world)
    placed(world)
    world.dynamodb.update_item(
        TableName=world.names.table_name,
        Key=head_key("o-1"),
        UpdateExpression="REMOVE reminders_due_at",
    )
    main(["rebuild"])
    job(world, "2025-04-11", name="invoice_reminders")
    assert order(world)["reminders_sent"] == 1


@pytest.mark.parametrize("numbers", [[], ["T-1"]], ids=["of credit", "of tickets"])
def test_G3_money_is_recorded_however_often_some_was_given_back(
    world: World, numbers: list[str]
) -> None:
    """Each giving back leaves a line on the order, which is one item of 400 KB at most."""
    opened_shop(world)
    placed(world, payment_method="card")
    pay(world, "1.00", "r-0", "2025-04-02")
    refund = {"method": "cash", "reason": "\U0001f3ad" * 500}
    assert post(world, "credit-decision", {"refund": refund}).status == 200
    named = {"TableName": world.names.table_name, "Key": head_key("o-1")}
    note = world.dynamodb.get_item(**named)["Item"]["refunds"]["L"][0]
    note["M"]["tickets"] = {"L": [{"S": number} for number in numbers]}
    world.dynamodb.update_item(
        **named,
        UpdateExpression="SET refunds = :r",
        ExpressionAttributeValues={":r": {"L": [note] * 180}},
    )
    for number in range(1, 25):
        paid = pay(world, "1.00", f"r-{number}", "2025-04-02")
        assert paid.status == 200, paid.text
        given = post(world, "credit-decision", {"refund": refund})
        assert given.status == 200, given.text
    kept = [each["tickets"] for each in order(world)["refunds"]]
    assert kept == [numbers] * (MOST_NOTES - 1) + [[]]


def test_G3_I6_a_question_is_answered_and_an_order_cancelled_however_full_its_books_are(
    world: World,
) -> None:
    """The oldest answers give way, and what was written of tickets stays."""
    opened_shop(world)
    placed(world, payment_method="card", tickets=[ticket("T-1", "A1"), ticket("T-2", "A2")])
    singly = {"tickets": ["T-1"], "refund": REFUND}
    assert post(world, "cancellation", singly).status == 200
    for number in range(MOST_NOTES + 2):
        assert pay(world, "1.00", f"r-{number}", "2025-04-02").status == 200
        cash = {"method": "cash", "reason": f"twice {number}"}
        given = post(world, "credit-decision", {"refund": cash})
        assert given.status == 200, given.text
    assert post(world, "cancellation", {"refund": REFUND}).status == 200
    after = order(world)
    assert (after["status"], after["open_question"]) == ("cancelled", None)
    first, *answers, last = after["refunds"]
    assert (first["tickets"], last["tickets"]) == (["T-1"], ["T-2"])
    newest = range(4, MOST_NOTES + 2)
    assert [each["reason"] for each in answers] == [f"twice {number}" for number in newest]


# What held.


@pytest.mark.parametrize(
    ("zone", "placed_at", "reminded", "not_yet", "open_", "over"),
    [
        # 1 April 22:30 in Los Angeles is 2 April in UTC.
        ("America/Los_Angeles", "2025-04-02T05:30:00Z", "2025-04-11", "2025-04-11", "2025-05-01",
         "2025-05-02"),
        # 2 April 00:30 in Auckland is 1 April in UTC, and summer time ends on 6 April.
        ("Pacific/Auckland", "2025-04-01T11:30:00Z", "2025-04-12", "2025-04-12", "2025-05-02",
         "2025-05-03"),
    ],
)  # fmt: skip
def test_G5_days_are_those_of_the_shop(
    world: World, zone: str, placed_at: str, reminded: str, not_yet: str, open_: str, over: str
) -> None:
    opened_shop(world, timezone=zone)
    placed(world, placed_at=placed_at)
    job(world, not_yet, "08:59", zone, name="invoice_reminders")
    assert order(world)["reminders_sent"] == 0
    job(world, reminded, "09:00", zone, name="invoice_reminders")
    assert order(world)["reminders_sent"] == 1
    job(world, open_, "08:00", zone, name="invoice_reminders")
    job(world, open_, "23:59", zone, name="invoice_reminders")
    assert order(world)["status"] == "pending"
    assert order(world)["reminders_sent"] == 2


def test_no_reminders_are_wanted_and_the_order_ends_after_n_days(world: World) -> None:
    opened_shop(world, invoice={"reminders": 0})
    placed(world)
    job(world, "2025-04-11", "23:59", name="invoice_reminders")
    assert order(world)["status"] == "pending"
    job(world, "2025-04-12", "00:00", name="invoice_reminders")
    assert order(world)["cancelled_on"] == "2025-04-11"
    assert len(world.mails()) == 1


def test_a_dry_run_of_anything_writes_nothing(world: World) -> None:
    opened_shop(world)
    world.set_clock(instant("2025-04-02"))
    placed(world)
    placed(world, "o-2", payment_method="card", tickets=[ticket("T-2", "A2"), ticket("T-3")])
    money = {"amount": "50.00", "currency": "CHF"}
    before = world.items()
    dry: dict[str, Any] = {"query": {"dry_run": "true"}, "headers": {"Idempotency-Key": "k-1"}}
    asked: list[tuple[str, str, Any]] = [
        ("o-1", "payments", {"amount": money, "reference": "r", "value_date": "2025-04-02"}),
        ("o-1", "cancellation", {}),
        ("o-2", "cancellation", {"tickets": ["T-2"], "refund": REFUND}),
        ("o-2", "exchange", {"ticket": "T-2", "seat": "A9"}),
    ]
    for order_id, door, body in asked:
        assert post(world, door, body, order_id, **dry).status == 200
    admitted = world.call("POST", "/tickets/T-2/admission", OLGA, **dry)
    assert admitted.status == 200
    assert world.items() == before


def test_what_the_bus_and_the_log_hear_names_nobody(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    opened_shop(world)
    placed(world, payment_method="card")
    placed(world, "o-2", tickets=[ticket("T-2", "A2")])
    post(world, "cancellation", {"refund": {"method": "full", "reason": "Léa is ill"}})
    pay(world, "80.00", "r-1", "2025-04-02", "o-2")
    post(world, "credit-decision", {"refund": {"method": "cash", "reason": "to Léa"}}, "o-2")
    said = str(world.relay()) + str(capsys.readouterr())
    for secret in ("Léa", "Müller", "lea@example.net", " ill"):
        assert secret not in said


def test_nobody_else_sees_or_touches_anything(world: World) -> None:
    opened_shop(world)
    opened_shop(world, "shop-2", organiser="otto")
    placed(world)
    otto, kriax = customer("otto", "infomaniak"), Person("kim", "[staff.kriax]")
    money = {"amount": "50.00", "currency": "CHF"}
    doors: list[tuple[str, str, Any]] = [
        ("GET", "/ticket-orders/o-1", None),
        ("POST", "/ticket-orders/o-1/payments",
         {"amount": money, "reference": "r", "value_date": "2025-04-02"}),
        ("POST", "/ticket-orders/o-1/cancellation", {}),
        ("POST", "/ticket-orders/o-1/exchange", {"ticket": "T-1", "seat": "B1"}),
        ("POST", "/ticket-orders/o-1/credit-decision", {"revive": {}}),
        ("GET", "/tickets/T-1/admission", None),
        ("POST", "/tickets/T-1/admission", {}),
    ]  # fmt: skip
    for who in (otto, kriax, customer("lea")):
        for method, path, body in doors:
            assert world.call(method, path, who, body).status == 404
        assert put(world, "o-9", who=who).status == 404
    assert put(world, "o-1", who=otto, shop_id="shop-2").status == 404
    assert order(world)["version"] == 1


def test_G13_a_parked_order_goes_back_to_work_when_it_is_mended(world: World) -> None:
    opened_shop(world)
    placed(world)
    change = {"TableName": world.names.table_name, "Key": head_key("o-1")}
    change["UpdateExpression"] = "SET policy = :p"
    world.dynamodb.update_item(**change, ExpressionAttributeValues={":p": {"S": "infomaniak/99"}})
    job(world, "2025-04-11", name="invoice_reminders")
    (parked,) = world.call("GET", "/parked", STAFF).json["items"]
    retried = world.call("POST", f"/parked/{parked['id']}/retry", STAFF, {})
    assert retried.code == "still_broken"
    world.dynamodb.update_item(**change, ExpressionAttributeValues={":p": {"S": "infomaniak/1"}})
    assert world.call("POST", f"/parked/{parked['id']}/retry", STAFF, {}).status == 200
    job(world, "2025-04-11", name="invoice_reminders")
    assert order(world)["reminders_sent"] == 1


def test_thirty_tickets_with_seats_come_go_and_come_back(world: World) -> None:
    opened_shop(world)
    world.set_clock(instant("2025-04-01"))
    name = " ".join(f"word{number}" for number in range(20))
    many = [ticket(f"T-{number}", f"A{number}", "10.00") for number in range(30)]
    placed(world, tickets=many, buyer={"name": name, "email": "x@example.net"})
    job(world, "2025-05-02", name="invoice_reminders")
    job(world, "2025-05-30", name="invoice_reminders")
    assert order(world)["status"] == "cancelled"
    placed(world, "o-2", tickets=[ticket("U-1", "A7")])
    assert pay(world, "300.00", "r-1", "2025-06-01").status == 200
    assert order(world)["open_question"] == "late_money"
    seats = {f"T-{number}": f"B{number}" for number in range(30)}
    revived = post(world, "credit-decision", {"revive": {"seats": seats}})
    assert revived.status == 200, revived.text
    taken = put(world, "o-3", tickets=[ticket("V-1", "B7")])
    assert taken.code == "seat_taken"
    assert put(world, "o-3", tickets=[ticket("V-1", "A8")]).status == 201


@pytest.mark.parametrize("limit", ["1", "2", "3", "200"])
def test_every_page_together_is_the_list(world: World, limit: str) -> None:
    opened_shop(world)
    for number in range(6):
        placed(world, f"o-{number}", tickets=[ticket(f"T-{number}")])
        if number % 2:
            post(world, "cancellation", {}, f"o-{number}")
            pay(world, "10.00", "r", "2025-04-02", f"o-{number}")
    everything = [f"o-{number}" for number in range(6)]
    assert sorted(found(world, limit=limit)) == everything
    assert sorted(found(world, limit=limit, q="MULLER")) == everything
    assert found(world, limit=limit, q="lea o-3") == ["o-3"]
    asked = ["o-1", "o-3", "o-5"]
    assert sorted(found(world, limit=limit, open_question="true")) == asked
    assert sorted(found(world, limit=limit, q="muller", open_question="true")) == asked


@pytest.mark.parametrize("locale", ["fr", "en", "sv", "de", "fr-CH", "xx"])
def test_every_buyer_is_reminded_and_told_once(world: World, locale: str) -> None:
    opened_shop(world)
    buyer = {"name": "L", "email": f"{locale.lower()}@example.net", "locale": locale}
    name = "Bcc: <x@y.z> $shop ?last|%s {0} ☃ " + "x" * 99
    placed(world, buyer=buyer, event={**GALA, "name": name})
    mails = []
    for day in ("2025-04-11", "2025-04-21", "2025-05-02", "2025-05-02"):
        job(world, day, name="invoice_reminders")
        job(world, day, name="invoice_reminders")
        mails += world.mails()
    assert [mail["destinations"]["ToAddresses"] for mail in mails] == [[buyer["email"]]] * 3
    assert all("\n" not in mail["subject"] for mail in mails)


def test_a_preview_of_the_reminders_counts_what_is_due_and_starts_nothing(world: World) -> None:
    opened_shop(world)
    placed(world)
    world.set_clock(instant("2025-04-11"))
    body = {"job": "invoice_reminders", "as_of": instant("2025-04-11")}
    with nothing_written(world, but="run#"):
        reply = world.call("POST", "/job-runs", STAFF, body, query={"dry_run": "true"})
        assert (reply.status, reply.json["counts"]["due"]) == (202, 1)
        work(world)
    assert order(world)["reminders_sent"] == 0


def test_G3_part_then_the_rest_too_late_then_given_back_then_all_of_it(world: World) -> None:
    opened_shop(world)
    placed(world)
    world.set_clock(instant("2025-04-02"))
    pay(world, "20.00", "r-1", "2025-04-02")
    job(world, "2025-04-21", name="invoice_reminders")
    job(world, "2025-05-02", name="invoice_reminders")
    assert order(world)["open_question"] == "paid_in_part"
    assert post(world, "credit-decision", {"refund": REFUND}).status == 200
    pay(world, "30.00", "r-2", "2025-04-30")
    after = order(world)
    assert (after["status"], after["credit"]["amount"]) == ("cancelled", "30.00")
    pay(world, "30.00", "r-3", "2025-05-02")
    after = order(world)
    assert (after["status"], after["credit"]["amount"]) == ("paid", "10.00")
    assert after["invoice_number"] == "o-1-2"
    assert after["paid"]["amount"] == "80.00"
    assert pay(world, "30.00", "r-3", "2025-05-02").json["events"] == []
    assert pay(world, "30.01", "r-3", "2025-05-02").code == "reference_reused"
    assert order(world)["paid"]["amount"] == "80.00"


def test_G3_a_seat_that_was_sold_meanwhile_keeps_its_new_owner(world: World) -> None:
    opened_shop(world)
    placed(world)
    job(world, "2025-04-21", name="invoice_reminders")
    job(world, "2025-05-02", name="invoice_reminders")
    placed(world, "o-2", payment_method="card", tickets=[ticket("T-2", "A1")])
    pay(world, "50.00", "r-1", "2025-04-20")
    assert order(world)["open_question"] == "late_money"
    refused = post(world, "credit-decision", {"revive": {}})
    assert refused.code == "seat_taken"
    assert post(world, "credit-decision", {"revive": {"seats": {"T-1": "A2"}}}).status == 200
    admitted = world.call("POST", "/tickets/T-1/admission", OLGA, {})
    assert admitted.status == 200
    assert put(world, "o-3", tickets=[ticket("T-3", "A2")]).code == "seat_taken"
    post(world, "cancellation", {"refund": REFUND}, "o-2")
    assert put(world, "o-3", tickets=[ticket("T-3", "A1")]).status == 201


def test_the_same_key_is_one_payment_and_one_exchange(world: World) -> None:
    opened_shop(world)
    placed(world, payment_method="card")
    keyed: dict[str, Any] = {"headers": {"Idempotency-Key": "k-1"}}
    first = post(world, "exchange", {"ticket": "T-1", "seat": "A2"}, **keyed)
    again = post(world, "exchange", {"ticket": "T-1", "seat": "A2"}, **keyed)
    assert (first.status, first.text) == (again.status, again.text)
    other = post(world, "exchange", {"ticket": "T-1", "seat": "A3"}, **keyed)
    assert other.code == "idempotency_key_reused"
    assert len(order(world)["tickets"]) == 2


def test_nobody_gets_in_on_what_is_not_paid_or_not_valid(world: World) -> None:
    opened_shop(world)
    placed(world)
    placed(world, "o-2", payment_method="card", tickets=[ticket("T-2", "A2"), ticket("T-3")])

    def code(number: str) -> str:
        return world.call("POST", f"/tickets/{number}/admission", OLGA, {}).code

    assert code("t-1") == "not_paid"
    post(world, "cancellation", {"tickets": ["T-2"], "refund": REFUND}, "o-2")
    assert code("t-2") == "ticket_cancelled"
    assert world.call("POST", "/tickets/t-3/admission", OLGA, {}).status == 200
    assert code("T-3") == "already_admitted"
    assert post(world, "cancellation", {"refund": REFUND}, "o-2").code == "already_admitted"


def test_I19_an_open_order_keeps_the_terms_that_it_was_placed_under(world: World) -> None:
    opened_shop(world)
    placed(world)
    changed = {"invoice": {"days_before_first_reminder": 2, "reminders": 0, "enabled": False}}
    assert world.call("PATCH", "/shops/shop-1", OLGA, changed).status == 200
    job(world, "2025-04-10", name="invoice_reminders")
    assert order(world)["status"] == "pending"
    job(world, "2025-04-21", name="invoice_reminders")
    assert (order(world)["reminders_sent"], order(world)["due_on"]) == (2, "2025-05-01")
