"""Rules I1, I3, I10, I11, I19, G6: what an order is registered with, and how it is found again."""

from typing import Any

import pytest

from tests.integration.conftest import STAFF, Person, World, customer
from tests.integration.edge import KIM, NOBODY, assert_problem, nothing_written
from tests.integration.rules.policy_files import PolicyFiles
from tests.integration.rules.scenes import it_is
from tests.integration.rules.ticket_scenes import (
    LEA,
    a_shop,
    admission_of,
    asked_about,
    bought,
    deadlines,
    found,
    free,
    order,
    order_body,
    ordered,
    set_to,
    show,
    tickets,
)
from tests.integration.shops import INA, OLGA, opened_shop, step

OTTO = customer("otto", "infomaniak")
WITHOUT_DEADLINE = ["card", "twint", "cash", "free"]


@pytest.fixture
def shop(world: World) -> World:
    """olga's shop, with the settings that its provider's policy begins with."""
    a_shop(world)
    it_is(world, "2025-04-01")
    return world


# ---------------------------------------------------------------- registered


def test_I1_an_order_by_invoice_waits_and_has_its_two_days(shop: World) -> None:
    registered = ordered(shop)
    seen = order(shop)
    assert {**seen, "warnings": []} == registered
    assert (seen["status"], seen["reminders_sent"]) == ("pending", 0)
    assert (seen["due_on"], seen["cancels_on"]) == ("2025-04-11", "2025-05-01")
    assert seen["total"]["amount"] == "150.00"
    assert seen["buyer"] == LEA
    assert [each["status"] for each in seen["tickets"]] == ["valid"] * 3
    assert free(shop, "S-1", "S-2", "S-3", "S-4") == ["S-4"]


@pytest.mark.parametrize("method", WITHOUT_DEADLINE)
def test_I1_an_order_that_is_not_paid_by_invoice_has_no_deadline(shop: World, method: str) -> None:
    bought(shop, payment_method=method)
    seen = order(shop)
    assert (seen["status"], seen["due_on"], seen["cancels_on"]) == ("paid", None, None)


def test_I1_which_way_of_paying_there_is_is_the_policys(shop: World, policies: PolicyFiles) -> None:
    policies.edit("infomaniak", {"ticketing.payment_methods": ["invoice", "shells"]})
    bought(shop, payment_method="shells")
    assert order(shop)["status"] == "paid"
    body = order_body(payment_method="card", tickets=tickets("T-9"))
    reply = shop.call("PUT", "/ticket-orders/o-2", OLGA, body)
    assert_problem(reply, 422, "invalid_field", "payment_method")


@pytest.mark.parametrize("who", [OLGA, INA, STAFF], ids=lambda who: who.subject)
def test_the_organiser_and_staff_register_and_read_an_order(shop: World, who: Person) -> None:
    made = shop.call("PUT", "/ticket-orders/o-1", who, order_body())
    assert made.status == 201, made.text
    for reader in (OLGA, INA, STAFF):
        assert order(shop, who=reader)["id"] == "o-1"
        assert found(shop, who=reader) == ["o-1"]


def test_the_same_order_again_is_nothing_to_do_and_another_is_refused(shop: World) -> None:
    ordered(shop)
    with nothing_written(shop):
        again = shop.call("PUT", "/ticket-orders/o-1", OLGA, order_body())
        assert again.status == 200
        for other in ({"payment_method": "card"}, {"tickets": tickets("T-1")}, {"insured": True}):
            reply = shop.call("PUT", "/ticket-orders/o-1", OLGA, order_body(**other))
            assert_problem(reply, 409, "already_registered")


def test_a_preview_of_an_order_registers_none(shop: World) -> None:
    with nothing_written(shop):
        path, query = "/ticket-orders/o-1", {"dry_run": "true"}
        reply = shop.call("PUT", path, OLGA, order_body(), query=query)
        assert (reply.status, reply.json["due_on"]) == (201, "2025-04-11")
    assert_problem(shop.call("GET", path, OLGA), 404, "not_found")
    assert found(shop) == []


def test_a_seat_and_a_tickets_number_are_sold_once(shop: World) -> None:
    ordered(shop)
    seat = [{**tickets("T-9")[0], "seat": "S-2"}]
    number = [{**tickets("T-2")[0], "seat": "S-9"}]
    path = "/ticket-orders/o-2"
    with nothing_written(shop):
        taken = shop.call("PUT", path, OLGA, order_body(tickets=seat))
        assert_problem(taken, 409, "seat_taken")
        assert taken.json["params"]["seats"] == ["S-2"]
        named = shop.call("PUT", path, OLGA, order_body(tickets=number))
        assert_problem(named, 409, "ticket_number_taken")
    # The same seat on another evening is another seat.
    evening = show("2025-09-02T18:00:00Z", "e-2")
    ordered(shop, "o-2", tickets=seat, event=evening)
    assert order(shop, "o-2")["tickets"][0]["seat"] == "S-2"


def test_tickets_without_a_seat_are_sold_side_by_side(shop: World) -> None:
    for number in (1, 2):
        standing = [{**tickets(f"T-{number}")[0], "seat": None}]
        ordered(shop, f"o-{number}", tickets=standing)
    assert found(shop) == ["o-1", "o-2"]


def test_an_order_has_30_tickets_at_most(shop: World) -> None:
    most = tickets(*(f"T-{number}" for number in range(1, 31)))
    ordered(shop, tickets=most)
    assert order(shop)["total"]["amount"] == "1500.00"
    more = tickets(*(f"U-{number}" for number in range(31, 62)))
    reply = shop.call("PUT", "/ticket-orders/o-2", OLGA, order_body(tickets=more))
    assert_problem(reply, 422, "too_many", "tickets")


# ---------------------------------------------------------------- I3, I4, G4, G6: its two days


@pytest.mark.parametrize(
    ("n", "k", "due_on", "cancels_on"),
    [
        (10, 2, "2025-04-11", "2025-05-01"),
        (5, 2, "2025-04-06", "2025-04-16"),
        (1, 0, "2025-04-02", "2025-04-02"),
        (7, 0, "2025-04-08", "2025-04-08"),
        (3, 5, "2025-04-04", "2025-04-19"),
    ],
)
def test_I3_I4_an_orders_days_are_counted_with_its_shops_settings(
    world: World, n: int, k: int, due_on: str, cancels_on: str
) -> None:
    a_shop(world, days_before_first_reminder=n, reminders=k)
    ordered(world)
    assert deadlines(world) == (due_on, cancels_on)


@pytest.mark.parametrize(
    ("n", "k", "cancels_on"),
    [(10, 2, "2025-05-11"), (5, 2, "2025-04-21"), (5, 0, "2025-04-06")],
)
def test_I4_counted_from_the_first_reminder_the_hard_day_is_as_many_days_later(
    world: World, policies: PolicyFiles, n: int, k: int, cancels_on: str
) -> None:
    policies.edit("infomaniak", {"ticketing.anchor": "first_reminder"})
    a_shop(world, days_before_first_reminder=n, reminders=k)
    ordered(world)
    assert order(world)["cancels_on"] == cancels_on


@pytest.mark.parametrize(("delay", "cancels_on"), [(0, "2025-05-01"), (2, "2025-05-03")])
def test_G4_the_banks_delay_moves_the_hard_day_and_nothing_that_is_told(
    world: World, policies: PolicyFiles, delay: int, cancels_on: str
) -> None:
    policies.edit("infomaniak", {"ticketing.bank_delay_days": delay})
    a_shop(world)
    ordered(world)
    assert deadlines(world) == ("2025-04-11", cancels_on)


def test_I4_the_order_day_is_the_shops_local_day(world: World) -> None:
    """22:30 in London is half past midnight in Zurich, and still the afternoon in St. John's."""
    a_shop(world)
    opened_shop(world, "shop-2", timezone="America/St_Johns")
    ordered(world, "o-1", at="22:30", zone="Europe/London")
    ordered(
        world,
        "o-2",
        at="22:30",
        zone="Europe/London",
        shop_id="shop-2",
        tickets=tickets("U-1"),
    )
    assert deadlines(world, "o-1") == ("2025-04-11", "2025-05-01")
    assert deadlines(world, "o-2") == ("2025-04-11", "2025-05-01")
    ordered(world, "o-3", at="23:30", zone="Europe/London", tickets=tickets("T-9"))
    assert deadlines(world, "o-3") == ("2025-04-12", "2025-05-02")


def test_I3_a_shop_that_takes_no_invoices_refuses_one(shop: World) -> None:
    set_to(shop, enabled=False)
    with nothing_written(shop):
        reply = shop.call("PUT", "/ticket-orders/o-1", OLGA, order_body())
        assert_problem(reply, 409, "invoice_not_offered")
    bought(shop)


def test_I19_open_orders_keep_the_settings_they_were_placed_under(shop: World) -> None:
    ordered(shop, "o-1")
    set_to(shop, days_before_first_reminder=5, reminders=0, closes_days_before_event=30)
    ordered(shop, "o-2", tickets=tickets("U-1"), event=show("2025-09-01T18:00:00Z", "e-2"))
    assert deadlines(shop, "o-1") == ("2025-04-11", "2025-05-01")
    assert deadlines(shop, "o-2") == ("2025-04-06", "2025-04-06")
    assert step(shop, "undo").status == 200
    assert deadlines(shop, "o-1") == ("2025-04-11", "2025-05-01")
    assert deadlines(shop, "o-2") == ("2025-04-06", "2025-04-06")
    ordered(shop, "o-3", tickets=tickets("V-1"), event=show("2025-09-01T18:00:00Z", "e-3"))
    assert deadlines(shop, "o-3") == ("2025-04-11", "2025-05-01")


def test_I19_an_order_keeps_the_policy_it_was_placed_under(
    shop: World, policies: PolicyFiles
) -> None:
    ordered(shop, "o-1")
    policies.add_version("infomaniak", 2, {"ticketing.bank_delay_days": 4})
    ordered(shop, "o-2", tickets=tickets("T-9"))
    assert deadlines(shop, "o-1")[1] == "2025-05-01"
    assert deadlines(shop, "o-2")[1] == "2025-05-05"


# ---------------------------------------------------------------- I10: found again


@pytest.fixture
def sold(shop: World) -> World:
    """Two orders of people with nearly one name."""
    ordered(shop, "Ord-1")
    zoe = {"name": "Zoë LEA Muller-Straße", "email": "Zoe@Example.NET"}
    ordered(shop, "o-2", buyer=zoe, tickets=tickets("U-17"))
    return shop


@pytest.mark.parametrize(
    ("words", "orders"),
    [
        ("Ord-1", ["Ord-1"]),
        ("oRD-1", ["Ord-1"]),
        ("Léa Müller", ["Ord-1", "o-2"]),
        ("lea", ["Ord-1", "o-2"]),
        ("LÉÄ", ["Ord-1", "o-2"]),
        ("mulLER", ["Ord-1", "o-2"]),
        ("müller léa", ["Ord-1", "o-2"]),
        ("zoe muller-strasse", ["o-2"]),
        ("lea@example.net", ["Ord-1"]),
        ("ZOE@example.net", ["o-2"]),
        ("T-2", ["Ord-1"]),
        ("u-17", ["o-2"]),
        ("zoe U-17", ["o-2"]),
        ("zoe T-2", []),
        ("lea nobody", []),
        ("T-", []),
    ],
)
def test_I10_an_order_is_found_by_number_name_email_and_ticket_whatever_the_case_and_accents(
    sold: World, words: str, orders: list[str]
) -> None:
    assert found(sold, words) == orders


def test_I10_a_search_is_of_one_shop_or_of_all_of_somebodys(sold: World) -> None:
    opened_shop(sold, "shop-2")
    opened_shop(sold, "shop-3", organiser="otto")
    ordered(sold, "o-3", shop_id="shop-2", tickets=tickets("V-1"))
    ordered(sold, "o-4", who=STAFF, shop_id="shop-3", tickets=tickets("W-1"))
    assert found(sold, "lea", shop_id="shop-2") == ["o-3"]
    assert found(sold, "lea", who=OTTO, shop_id="shop-3") == ["o-4"]
    everywhere = {OLGA: ["Ord-1", "o-2", "o-3"], OTTO: ["o-4"], KIM: [], NOBODY: []}
    everywhere[INA] = everywhere[STAFF] = ["Ord-1", "o-2", "o-3", "o-4"]
    for who, orders in everywhere.items():
        reply = sold.call("GET", "/ticket-orders", who, query={"q": "lea"})
        assert sorted(each["id"] for each in reply.json["items"]) == orders, who


def test_I10_what_is_found_comes_page_by_page(shop: World) -> None:
    for number in range(5):
        bought(shop, f"o-{number}", tickets=tickets(f"T-{number}"))
    seen, query = [], {"shop_id": "shop-1", "q": "lea", "limit": "2"}
    while True:
        page = shop.call("GET", "/ticket-orders", OLGA, query=dict(query)).json
        assert len(page["items"]) <= 2
        seen += [each["id"] for each in page["items"]]
        if page["next"] is None:
            break
        query["next"] = page["next"]
    assert seen == [f"o-{number}" for number in range(5)]
    assert asked_about(shop) == []


# ---------------------------------------------------------------- I11: insurance


def test_I11_an_insured_order_shows_the_insurer_the_conditions_and_the_numbers_to_claim_with(
    shop: World,
) -> None:
    bought(shop, insured=True)
    shown = order(shop)["insurance"]
    assert shown == {
        "insurer": "Allianz Suisse",
        "contact": "+41 44 283 32 22, info.ch@allianz.com",
        "conditions_apply": True,
        "tickets": ["T-1", "T-2", "T-3"],
    }


def test_I11_an_order_without_insurance_shows_none_and_the_insurer_is_the_policys(
    shop: World, policies: PolicyFiles
) -> None:
    bought(shop, "o-1", tickets=tickets("T-1"))
    bought(shop, "o-2", tickets=tickets("T-2"), insured=True)
    assert order(shop, "o-1")["insurance"] is None
    policies.edit("infomaniak", {"ticketing.insurer.name": "Mutual of the Lake"})
    assert order(shop, "o-2")["insurance"]["insurer"] == "Mutual of the Lake"


def test_I11_only_an_order_bought_online_is_insured(shop: World) -> None:
    body = order_body(payment_method="card", channel="box_office", insured=True)
    reply = shop.call("PUT", "/ticket-orders/o-1", OLGA, body)
    assert_problem(reply, 422, "invalid_field", "insured")


# ---------------------------------------------------------------- whose it is


STRANGERS = [OTTO, customer("olga", "kreativmedia"), KIM, NOBODY]


@pytest.mark.parametrize("who", STRANGERS, ids=lambda who: f"{who.subject} {who.groups}")
def test_a_stranger_does_not_learn_that_an_order_or_a_ticket_exists(
    shop: World, who: Person
) -> None:
    """Nor does the organiser of another shop of the provider, or another provider's staff."""
    opened_shop(shop, "shop-2", organiser="otto")
    ordered(shop)
    doors: list[tuple[str, str, Any]] = [
        ("GET", "/ticket-orders/{o}", None),
        ("POST", "/ticket-orders/{o}/payments", {"nonsense": 1}),
        ("POST", "/ticket-orders/{o}/cancellation", {}),
        ("POST", "/ticket-orders/{o}/exchange", {"ticket": "T-1", "seat": "S-9"}),
        ("POST", "/ticket-orders/{o}/credit-decision", {}),
        ("GET", "/tickets/{t}/admission", None),
        ("POST", "/tickets/{t}/admission", {}),
    ]
    with nothing_written(shop):
        for method, path, body in doors:
            there = shop.call(method, path.format(o="o-1", t="T-1"), who, body)
            nowhere = shop.call(method, path.format(o="o-9", t="T-9"), who, body)
            assert_problem(there, 404, "not_found")
            assert there.text == nowhere.text
        listed = shop.call("GET", "/ticket-orders", who, query={"shop_id": "shop-1"})
        assert_problem(listed, 404, "not_found")
        # An order that he names belongs to the shop that it was placed in, whatever he says.
        for shop_id in ("shop-1", "shop-2"):
            body = order_body(shop_id=shop_id, tickets=tickets("T-9"))
            assert_problem(shop.call("PUT", "/ticket-orders/o-1", who, body), 404, "not_found")
    assert admission_of(shop, "T-1")["code"] == "not_paid"
