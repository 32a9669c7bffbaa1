"""Rule I18: what a person sends by hand is held back, undone, and sent again or dropped."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from tacit.domain.tickets.rules import HOLDS
from tests.integration.conftest import ALICE, STAFF, Person, World, customer
from tests.integration.edge import (
    KIM,
    MALLORY,
    NOBODY,
    assert_problem,
    nothing_written,
)
from tests.integration.messages import (
    BUYER,
    TEXT,
    PostOffice,
    ask,
    listed,
    ordered,
    post_office,
    statuses,
    write,
    written,
)
from tests.integration.rules.policy_files import PolicyFiles
from tests.integration.shops import INA, OLGA

NOON = datetime.fromisoformat("2025-04-02T12:00:00Z")
BY_DEFAULT = 15
COMMANDS = ("undo", "send", "drop")


@pytest.fixture
def sold(world: World) -> World:
    """bea's order at olga's shop; it is noon."""
    it_is(world)
    ordered(world)
    return world


@pytest.fixture
def office(sold: World) -> Iterator[PostOffice]:
    with post_office(sold) as found:
        found.on_the_bus()
        yield found


def it_is(world: World, seconds: float = 0) -> None:
    """So many seconds after noon."""
    world.set_clock((NOON + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z"))


def held(office: PostOffice, text: str = TEXT) -> str:
    """A message whose event has come to the sender; its id."""
    message = written(office.world, text)
    office.on_the_bus()
    return str(message["id"])


def undone(office: PostOffice) -> str:
    message_id = held(office)
    assert ask(office.world, message_id, "undo").status == 200
    return message_id


def stored(world: World, order_id: str = "w-1") -> dict[str, Any]:
    """The order's own item."""
    key = {"pk": {"S": f"ticket_order#{order_id}"}, "sk": {"S": "head"}}
    found = world.dynamodb.get_item(TableName=world.names.table_name, Key=key)["Item"]
    return dict(found)


# ---------------------------------------------------------------- held back


@pytest.mark.parametrize("seconds", HOLDS)
def test_I18_a_message_waits_the_policys_delay_of_0_10_15_20_25_or_30_seconds(
    world: World, policies: PolicyFiles, seconds: int
) -> None:
    policies.edit("infomaniak", {"ticketing.hold_seconds": seconds})
    it_is(world)
    ordered(world)
    with post_office(world) as office:
        message = written(world)
        over = NOON + timedelta(seconds=seconds)
        assert datetime.fromisoformat(message["held_until"]) == over
        assert (message["status"], message["sent_at"]) == ("held", None)
        office.on_the_bus()
        if seconds:
            assert (office.delays, office.mails) == ([seconds], [])
            assert statuses(world) == ["held"]
            it_is(world, seconds)
            assert office.delays_over() == [[]]
        assert (office.addresses, office.delays) == ([BUYER], [])
        assert listed(world) == [{**message, "status": "sent", "sent_at": message["held_until"]}]


def test_I18_the_delay_is_15_seconds_by_default(office: PostOffice) -> None:
    held(office)
    assert office.delays == [BY_DEFAULT]


def test_I18_turned_off_by_0_it_leaves_at_once_and_cannot_be_undone(
    sold: World, policies: PolicyFiles
) -> None:
    policies.edit("infomaniak", {"ticketing.hold_seconds": 0})
    message = written(sold)
    assert_problem(ask(sold, message["id"], "undo"), 409, "already_sent")
    sold.mails()
    assert statuses(sold) == ["sent"]


@pytest.mark.parametrize(("after", "rest"), [(1, 14), (14, 1), (14.5, 1), (-60, 75), (-86400, 900)])
def test_I18_who_comes_too_early_goes_back_into_the_queue_with_the_rest_of_the_delay(
    office: PostOffice, after: float, rest: int
) -> None:
    """A queue delays for a quarter of an hour at most; then it comes too early once more."""
    held(office)
    it_is(office.world, after)
    assert office.delays_over() == [[]]
    assert (office.delays, office.mails) == ([rest], [])
    it_is(office.world, BY_DEFAULT)
    office.delays_over()
    assert (office.delays, office.addresses) == ([], [BUYER])


def test_I18_what_leaves_is_the_text_in_the_shops_name(office: PostOffice) -> None:
    held(office, "One\nTwo\n\n<b>Three</b>")
    it_is(office.world, BY_DEFAULT)
    office.delays_over()
    assert office.subjects == ["Théâtre du Lac: message about your order w-1"]
    assert office.texts[0].endswith("One\nTwo\n\n<b>Three</b>\n")


def test_I18_a_message_of_a_job_is_never_held(office: PostOffice, world: World) -> None:
    """What the job says of a contract that ends leaves with its event."""
    world.register("c-1", starts_on="2024-04-10", locale="en")
    assert world.call("POST", "/contracts/c-1/cancellation", ALICE, {}).status == 200
    office.on_the_bus()
    office.mails.clear()
    world.run_job("2025-04-10T12:00:00Z")
    office.on_the_bus()
    assert (office.addresses, office.waiting) == (["alice@example.net"], [])


# ---------------------------------------------------------------- undone


@pytest.mark.parametrize("who", [OLGA, INA, STAFF], ids=lambda who: who.subject)
def test_I18_held_it_can_be_undone_and_does_not_leave(office: PostOffice, who: Person) -> None:
    message_id = held(office)
    it_is(office.world, BY_DEFAULT - 1)
    reply = ask(office.world, message_id, "undo", who)
    assert (reply.status, reply.json["message"]["status"]) == (200, "undone")
    it_is(office.world, BY_DEFAULT)
    assert office.delays_over() == [[]]
    assert (office.mails, office.delays, statuses(office.world)) == ([], [], ["undone"])


@pytest.mark.parametrize("left", [False, True], ids=["not yet left", "left"])
@pytest.mark.parametrize("what", ["undo", "drop"])
def test_I18_after_the_hold_it_can_be_neither_undone_nor_dropped(
    office: PostOffice, what: str, left: bool
) -> None:
    message_id = held(office)
    it_is(office.world, BY_DEFAULT)
    if left:
        office.delays_over()
    with nothing_written(office.world):
        reply = ask(office.world, message_id, what)
    assert_problem(reply, 409, "already_sent")
    assert reply.json["params"] == {
        "message_id": message_id,
        "held_until": "2025-04-02T12:00:15Z",
    }
    office.delays_over()
    assert office.addresses == [BUYER]


def test_I18_what_is_leaving_is_not_undone_though_the_clock_is_set_back(
    office: PostOffice,
) -> None:
    message_id = held(office)
    it_is(office.world, BY_DEFAULT)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tacit.runtime.message_sender.post", _out_of_order)
        assert office.delays_over() == [[{"itemIdentifier": "m-1"}]]
    it_is(office.world, 1)
    assert_problem(ask(office.world, message_id, "undo"), 409, "already_sent")


# ---------------------------------------------------------------- sent again, or dropped


def test_I18_what_was_undone_is_sent_again_after_another_hold(office: PostOffice) -> None:
    message_id = undone(office)
    it_is(office.world, 60)
    reply = ask(office.world, message_id, "send")
    assert (reply.status, reply.json["message"]["status"]) == (200, "held")
    assert reply.json["message"]["held_until"] == "2025-04-02T12:01:15Z"
    first_round, office.waiting[:] = office.waiting[0], []
    office.on_the_bus()
    assert office.delays == [BY_DEFAULT]
    it_is(office.world, 75)
    office.hand_over(first_round["MessageBody"])
    assert office.mails == []
    office.delays_over()
    assert (office.addresses, statuses(office.world)) == ([BUYER], ["sent"])


def test_I18_sent_again_it_can_be_undone_again(office: PostOffice) -> None:
    message_id = undone(office)
    for _ in range(3):
        assert ask(office.world, message_id, "send").status == 200
        assert ask(office.world, message_id, "undo").status == 200
    office.on_the_bus()
    it_is(office.world, BY_DEFAULT)
    office.delays_over()
    assert (office.mails, statuses(office.world)) == ([], ["undone"])


@pytest.mark.parametrize("prepared", [held, undone], ids=["held", "undone"])
def test_I18_dropped_it_never_leaves(office: PostOffice, prepared: Any) -> None:
    message_id = prepared(office)
    assert ask(office.world, message_id, "drop").json["message"]["status"] == "dropped"
    for what in ("undo", "send"):
        assert_problem(ask(office.world, message_id, what), 409, "message_dropped")
    it_is(office.world, BY_DEFAULT)
    office.delays_over()
    assert (office.mails, statuses(office.world)) == ([], ["dropped"])


def test_I18_an_undone_message_is_dropped_long_after_its_hold(office: PostOffice) -> None:
    message_id = undone(office)
    it_is(office.world, 86400)
    assert ask(office.world, message_id, "drop").status == 200
    assert statuses(office.world) == ["dropped"]


@pytest.mark.parametrize(
    ("done", "what", "code"),
    [
        ([], "send", "already_held"),
        (["undo"], "undo", "already_undone"),
        (["drop"], "drop", "already_dropped"),
        (["leave"], "send", "already_sent"),
    ],
)
def test_I18_what_is_so_already_is_nothing_to_do(
    office: PostOffice, done: list[str], what: str, code: str
) -> None:
    message_id = held(office)
    for step in done:
        if step == "leave":
            it_is(office.world, BY_DEFAULT)
            office.delays_over()
        else:
            assert ask(office.world, message_id, step).status == 200
    with nothing_written(office.world):
        reply = ask(office.world, message_id, what)
    assert (reply.status, reply.json["events"]) == (200, [])
    assert [warning["code"] for warning in reply.json["warnings"]] == [code]
    assert [reply.json["message"]] == listed(office.world)


# ---------------------------------------------------------------- what is read again


@pytest.mark.breaks("a head or a message is written by hand")
def test_I18_the_sender_reads_the_order_again_and_writes_to_the_address_of_then(
    office: PostOffice,
) -> None:
    held(office)
    buyer = {**stored(office.world)["buyer"]["M"], "email": {"S": "bea@example.org"}}
    buyer["locale"] = {"S": "fr"}
    office.world.dynamodb.update_item(
        TableName=office.world.names.table_name,
        Key={"pk": {"S": "ticket_order#w-1"}, "sk": {"S": "head"}},
        UpdateExpression="SET buyer = :buyer",
        ExpressionAttributeValues={":buyer": {"M": buyer}},
    )
    it_is(office.world, BY_DEFAULT)
    office.delays_over()
    assert office.addresses == ["bea@example.org"]
    assert office.subjects == [
        "Théâtre du Lac\N{NO-BREAK SPACE}: message concernant votre commande w-1"
    ]


def test_I18_the_shop_signs_with_the_name_it_has_when_the_message_leaves(
    office: PostOffice,
) -> None:
    held(office)
    renamed = office.world.call("PATCH", "/shops/shop-1", OLGA, {"name": "Théâtre du Port"})
    assert renamed.status == 200
    it_is(office.world, BY_DEFAULT)
    office.delays_over()
    assert office.subjects == ["Théâtre du Port: message about your order w-1"]


def test_I18_the_order_may_change_while_a_message_is_held(office: PostOffice) -> None:
    held(office)
    body = {"tickets": ["T-w-1"], "refund": {"method": "voucher", "reason": "ill"}}
    path = "/ticket-orders/w-1/cancellation"
    assert office.world.call("POST", path, OLGA, body).status == 200
    it_is(office.world, BY_DEFAULT)
    office.delays_over()
    assert (office.addresses, statuses(office.world)) == ([BUYER], ["sent"])


# ---------------------------------------------------------------- once, and not lost


def test_G2_an_event_that_comes_twice_is_one_mail(office: PostOffice) -> None:
    held(office)
    office.waiting *= 3
    it_is(office.world, BY_DEFAULT)
    assert office.delays_over() == [[], [], []]
    assert office.addresses == [BUYER]


def test_a_mail_that_was_refused_is_tried_again_when_the_lease_is_over(
    office: PostOffice,
) -> None:
    held(office)
    it_is(office.world, BY_DEFAULT)
    body = office.waiting[0]["MessageBody"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tacit.runtime.message_sender.post", _out_of_order)
        assert office.delays_over() == [[{"itemIdentifier": "m-1"}]]
    assert office.hand_over(body) == [{"itemIdentifier": "m-1"}]
    assert (office.mails, statuses(office.world)) == ([], ["held"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tacit.runtime.message_sender.LEASE", timedelta(seconds=-1))
        assert office.hand_over(body) == []
    assert (office.addresses, statuses(office.world)) == ([BUYER], ["sent"])


def _out_of_order(*_: object) -> None:
    raise ConnectionError("the cable is out")


def test_what_the_stream_never_brought_is_sent_by_way_of_the_sweep(office: PostOffice) -> None:
    written(office.world)
    it_is(office.world, 1200)
    assert office.world.invoke("sweep", {"schedule": "sweep"})["swept"] == 1
    for event in office.world.bus():
        office.world.hand_out(event)
    assert (office.addresses, statuses(office.world)) == ([BUYER], ["sent"])


# ---------------------------------------------------------------- who, to whom, what


@pytest.mark.parametrize(
    "to", ["mallory@example.net", "bea", "", "Buyer", "bea@example.net, a@b.ch"]
)
def test_our_sender_writes_to_nobody_but_the_buyer(sold: World, to: str) -> None:
    with nothing_written(sold):
        assert_problem(write(sold, to=to), 422, "invalid_field", "to")


@pytest.mark.parametrize("to", ["buyer", BUYER, BUYER.upper()])
def test_the_buyer_is_named_as_such_or_by_his_own_address(office: PostOffice, to: str) -> None:
    reply = write(office.world, to=to)
    assert (reply.status, reply.json["message"]["to"]) == (201, to)
    office.on_the_bus()
    it_is(office.world, BY_DEFAULT)
    office.delays_over()
    assert office.addresses == [BUYER]


OTHERS = [customer("bea", "infomaniak"), customer("olga", "kreativmedia"), KIM, MALLORY, NOBODY]


@pytest.mark.parametrize("who", OTHERS, ids=lambda who: f"{who.subject} {who.groups}")
def test_who_may_not_see_the_order_finds_neither_it_nor_its_messages(
    sold: World, who: Person
) -> None:
    message_id = written(sold)["id"]
    with nothing_written(sold):
        assert_problem(write(sold, who=who, to="anybody"), 404, "not_found")
        for query in ({"subject": "w-1"}, {"subject": "w-1", "colour": "red"}):
            assert_problem(sold.call("GET", "/messages", who, query=query), 404, "not_found")
        for what in COMMANDS:
            reply = ask(sold, message_id, what, who)
            assert_problem(reply, 404, "not_found")
            assert reply.json["params"] == {"thing": "message"}


@pytest.mark.parametrize(
    "message_id", ["w-1:1", "w-1:02", "w-1:x", "w-1:", "w-1", "t-9:2", "w-1:-2"]
)
def test_an_id_that_no_message_has_is_not_found(sold: World, message_id: str) -> None:
    written(sold)
    for what in COMMANDS:
        assert_problem(ask(sold, message_id, what), 404, "not_found")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "missing_field"),
        (" \n ", "missing_field"),
        ("x" * 2001, "invalid_field"),
        ("a\x00b", "invalid_field"),
        (7, "invalid_field"),
        (None, "missing_field"),
    ],
)
def test_a_message_has_1_to_2000_characters_of_prose(sold: World, text: Any, code: str) -> None:
    assert_problem(write(sold, text), 422, code, "text")
    assert write(sold, "x" * 2000).status == 201


def test_the_organiser_learns_that_staff_wrote_and_not_who(sold: World) -> None:
    written(sold, who=STAFF)
    assert [message["by"] for message in listed(sold)] == [{"role": "staff"}]
    assert [m["by"] for m in listed(sold, INA)] == [{"role": "staff", "id": STAFF.subject}]
    by_olga = written(sold)["by"]
    assert by_olga == {"role": "organiser", "id": "olga"}


def test_the_messages_of_an_order_are_listed_page_by_page_the_newest_first(sold: World) -> None:
    ordered(sold, "t-2")
    wanted = [written(sold, f"number {number}")["id"] for number in range(5)][::-1]
    found, query = [], {"subject": "w-1", "limit": "2"}
    while True:
        page = sold.call("GET", "/messages", OLGA, query=dict(query)).json
        found += [message["id"] for message in page["items"]]
        if page["next"] is None:
            break
        query["next"] = page["next"]
    assert found == wanted
    elsewhere = {**query, "subject": "t-2", "next": query["next"]}
    assert_problem(sold.call("GET", "/messages", OLGA, query=elsewhere), 422, "invalid_next")


def test_a_list_of_messages_names_its_subject(sold: World) -> None:
    assert_problem(sold.call("GET", "/messages", OLGA), 422, "missing_field", "subject")
    unknown = {"subject": "w-1", "colour": "red"}
    assert_problem(sold.call("GET", "/messages", OLGA, query=unknown), 422, "unknown_field")
    body = {"to": "buyer", "text": TEXT}
    assert_problem(sold.call("POST", "/messages", OLGA, body), 422, "missing_field", "subject")


def test_one_key_holds_one_message_and_undoes_it_once(sold: World) -> None:
    key = {"Idempotency-Key": "k-1"}
    first, again = (write(sold, headers=key) for _ in range(2))
    assert (first.status, first.text) == (201, again.text)
    assert len(listed(sold)) == 1
    message_id = first.json["message"]["id"]
    first, again = (ask(sold, message_id, "undo", headers=key) for _ in range(2))
    assert (first.status, first.text) == (200, again.text)


def test_no_event_and_no_log_has_the_text_or_the_address(
    office: PostOffice, caplog: pytest.LogCaptureFixture
) -> None:
    message_id = written(office.world, "unheard of", STAFF)["id"]
    ask(office.world, message_id, "undo")
    ask(office.world, message_id, "send")
    on_the_bus = office.world.relay()
    for event in on_the_bus:
        office.world.hand_out(event)
    it_is(office.world, BY_DEFAULT)
    office.delays_over()
    on_the_bus += office.world.relay()
    types = [e["detail-type"] for e in on_the_bus if e["detail-type"] != "test_clock.set"]
    assert sorted(types) == sorted(
        f"ticket_order.message_{done}" for done in ("held", "undone", "held", "sent")
    )
    said = json.dumps([on_the_bus, [vars(line) for line in caplog.records]], default=str)
    assert "message_id" in said
    for word in ("unheard of", BUYER, STAFF.subject):
        assert word not in json.dumps(on_the_bus)
    for word in ("unheard of", BUYER):
        assert word not in said


def test_a_message_leaves_its_order_as_it_was(office: PostOffice) -> None:
    path = "/ticket-orders/w-1"
    before = office.world.call("GET", path, OLGA).json
    undone(office)
    after = office.world.call("GET", path, OLGA).json
    assert {**after, "version": 0} == {**before, "version": 0}
    assert after["version"] == before["version"] + 2
