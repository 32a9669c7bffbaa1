"""Each sample under `events/` goes through the handler it is for, and does what it shows."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.integration.conftest import ALICE, REGION, STAFF, World
from tests.integration.edge import nothing_written
from tests.integration.messages import BUYER, ordered, statuses
from tests.integration.money import moved, opened
from tests.integration.plan_changes import serving
from tests.integration.sales import placed
from tests.integration.shops import opened_shop, shop

EVENTS = Path(__file__).resolve().parents[2] / "events"


def sample(function: str) -> Any:
    return json.loads((EVENTS / f"{function}.json").read_text())


@pytest.fixture
def sold(world: World) -> World:
    """A stack with the contract of the samples: alice's hosting, paid to 2026-01-15."""
    world.set_clock("2025-11-03T11:00:00Z")
    world.register("c-1")
    return world


def test_contracts_json_cancels_a_contract_on_behalf_of_its_holder(sold: World) -> None:
    answer = sold.invoke("contracts", sample("contracts"))
    assert answer["statusCode"] == 200, answer["body"]
    assert sold.contract("c-1")["status"] == "non_renewing"


def test_contracts_json_sent_twice_cancels_once(sold: World) -> None:
    answers = [sold.invoke("contracts", sample("contracts"))["body"] for _ in range(2)]
    assert answers[0] == answers[1]
    assert sold.contract("c-1")["version"] == 2


def test_accounts_json_pays_money_in_once_however_often_it_is_sent(world: World) -> None:
    opened(world, "a-1")
    answers = [world.invoke("accounts", sample("accounts")) for _ in range(2)]
    assert answers[0]["statusCode"] == 200, answers[0]["body"]
    assert answers[0]["body"] == answers[1]["body"]
    assert moved(world, "a-1") == [("Paid in by bank transfer", "300.00")]


def test_orders_json_turns_the_autorenewal_of_an_order_off(sold: World) -> None:
    sold.register("c-2", order_id="o-1")
    answer = sold.invoke("orders", sample("orders"))
    assert answer["statusCode"] == 200, answer["body"]
    assert sold.contract("c-2")["autorenewal"] is False
    assert sold.contract("c-1")["autorenewal"] is True


def test_shops_json_sets_how_a_shop_is_paid_by_invoice_once_however_often_it_is_sent(
    world: World,
) -> None:
    opened_shop(world)
    answers = [world.invoke("shops", sample("shops")) for _ in range(2)]
    assert answers[0]["statusCode"] == 200, answers[0]["body"]
    assert answers[0]["body"] == answers[1]["body"]
    invoice = shop(world)["invoice"]
    assert (invoice["days_before_first_reminder"], invoice["reminders"]) == (5, 1)
    assert shop(world)["settings_number"] == 2


def test_ticket_orders_json_books_a_payment_once_however_often_it_is_sent(world: World) -> None:
    world.set_clock("2026-11-03T11:00:00Z")
    opened_shop(world)
    placed(world, "t-2", "B-1", "B-2")
    answers = [world.invoke("ticket_orders", sample("ticket_orders")) for _ in range(2)]
    assert answers[0]["statusCode"] == 200, answers[0]["body"]
    assert answers[0]["body"] == answers[1]["body"]
    order = world.call("GET", "/ticket-orders/t-2", STAFF).json
    assert (order["status"], order["paid"]["amount"]) == ("paid", "100.00")


@pytest.fixture
def seated(world: World) -> World:
    """The ticket order w-1 of the samples, in olga's shop."""
    world.set_clock("2025-11-03T11:00:00Z")
    ordered(world)
    return world


def test_messages_json_holds_one_message_however_often_it_is_sent(seated: World) -> None:
    answers = [seated.invoke("messages", sample("messages")) for _ in range(2)]
    assert answers[0]["statusCode"] == 201, answers[0]["body"]
    assert answers[0]["body"] == answers[1]["body"]
    assert statuses(seated) == ["held"]


def test_message_sender_json_is_on_the_bus_when_messages_json_was_answered(seated: World) -> None:
    seated.relay()
    seated.invoke("messages", sample("messages"))
    (on_the_bus,) = seated.relay()
    in_the_queue = json.loads(sample("message_sender")["Records"][0]["body"])
    assert on_the_bus["detail-type"] == in_the_queue["detail-type"]
    assert on_the_bus["detail"] == in_the_queue["detail"]


def test_message_sender_json_sends_one_mail_when_the_hold_is_over(seated: World) -> None:
    seated.invoke("messages", sample("messages"))
    before = len(sent_to(BUYER))
    for second, mails in ((14, 0), (15, 1), (16, 1)):
        seated.set_clock(f"2025-11-03T11:00:{second}Z")
        answer = seated.invoke("message_sender", sample("message_sender"))
        assert answer == {"batchItemFailures": []}
        assert len(sent_to(BUYER)) == before + mails
    assert statuses(seated) == ["sent"]


def test_renewing_json_renews_a_contract_once_however_often_it_is_sent(sold: World) -> None:
    opened(sold, "a-1", "300.00")
    answers = [sold.invoke("renewing", sample("renewing")) for _ in range(2)]
    assert answers[0]["statusCode"] == 200, answers[0]["body"]
    assert answers[0]["body"] == answers[1]["body"]
    assert sold.contract("c-1")["expires_on"] == "2027-01-15"
    assert moved(sold, "a-1")[1:] == [("renewal", "-118.80")]


def test_plan_changes_json_quotes_another_plan_and_writes_nothing(world: World) -> None:
    world.set_clock("2026-11-03T11:00:00Z")
    serving(world, "v-1", starts_on="2026-01-15")
    with nothing_written(world):
        answer = world.invoke("plan_changes", sample("plan_changes"))
    assert answer["statusCode"] == 201, answer["body"]
    quote = json.loads(answer["body"])
    assert (quote["from"]["plan"], quote["to"]["plan"]) == ("vps-s", "vps-m")
    assert quote["to"]["expires_on"] == "2026-12-09"


def test_providers_json_lists_what_can_be_ordered(world: World) -> None:
    answer = world.invoke("providers", sample("providers"))
    plans = [plan["id"] for plan in json.loads(answer["body"])["items"]]
    assert plans == ["domain-ch", "domain-com", "hosting-start", "mailbox"]


def test_job_runs_json_starts_a_run(sold: World) -> None:
    answer = sold.invoke("job_runs", sample("job_runs"))
    assert answer["statusCode"] == 202, answer["body"]
    sold.work_queue()
    run = sold.call("GET", f"/job-runs/{json.loads(answer['body'])['id']}", STAFF).json
    assert (run["job"], run["as_of"], run["status"]) == ("expiries", "2026-01-15T03:00:00Z", "done")


def test_test_clock_json_sets_the_clock(world: World) -> None:
    answer = world.invoke("test_clock", sample("test_clock"))
    assert answer["statusCode"] == 200, answer["body"]
    assert world.call("GET", "/test-clock", STAFF).json == {"now": "2026-01-10T11:00:00Z"}


def test_expiries_json_is_one_run_however_often_the_scheduler_sends_it(sold: World) -> None:
    first = sold.invoke("expiries", sample("expiries"))
    again = sold.invoke("expiries", sample("expiries"))
    assert (first["created"], again["created"]) == (True, False)
    runs = sold.call("GET", "/job-runs", STAFF).json["items"]
    assert [run["id"] for run in runs] == [first["run"]]


def test_expiries_worker_json_is_a_message_of_that_run(sold: World) -> None:
    """Its shards are among those that the run deals, and alice's is one of them."""
    sold.call("POST", "/contracts/c-1/cancellation", ALICE, {})
    run = sold.invoke("expiries", sample("expiries"))["run"]
    assert json.loads(sample("expiries_worker")["Records"][0]["body"])["run"] == run
    answer = sold.invoke("expiries_worker", sample("expiries_worker"))
    assert answer == {"batchItemFailures": []}
    assert sold.contract("c-1")["status"] == "expired"


def test_renewals_json_is_one_run_however_often_the_scheduler_sends_it(sold: World) -> None:
    first, again = (sold.invoke("renewals", sample("renewals")) for _ in range(2))
    assert (first["created"], again["created"]) == (True, False)
    (run,) = sold.call("GET", "/job-runs", STAFF).json["items"]
    assert (run["id"], run["job"]) == (first["run"], "renewals")


def test_renewals_worker_json_is_a_message_of_that_run(sold: World) -> None:
    """Its shards are among those that the run deals, and alice's is one of them."""
    opened(sold, "a-1", "300.00")
    run = sold.invoke("renewals", sample("renewals"))["run"]
    assert json.loads(sample("renewals_worker")["Records"][0]["body"])["run"] == run
    for _ in range(2):
        answer = sold.invoke("renewals_worker", sample("renewals_worker"))
        assert answer == {"batchItemFailures": []}
    assert sold.contract("c-1")["expires_on"] == "2027-01-15"
    assert moved(sold, "a-1")[1:] == [("renewal", "-118.80")]


def test_invoice_reminders_json_is_one_run_however_often_the_scheduler_sends_it(
    world: World,
) -> None:
    world.set_clock("2025-12-16T03:00:00Z")
    sent = [world.invoke("invoice_reminders", sample("invoice_reminders")) for _ in range(2)]
    assert [each["created"] for each in sent] == [True, False]
    (run,) = world.call("GET", "/job-runs", STAFF).json["items"]
    assert (run["id"], run["job"]) == (sent[0]["run"], "invoice_reminders")


def test_invoice_reminders_worker_json_is_a_message_of_that_run(world: World) -> None:
    """Its shards are among those that the run deals, and that of t-7 is one of them."""
    world.set_clock("2025-12-16T03:00:00Z")
    opened_shop(world)
    for order_id in ("t-7", "t-8"):
        show = {"id": "gala", "name": "Gala", "starts_at": "2026-09-01T18:00:00Z"}
        placed(world, order_id, order_id, event=show, placed_at="2025-12-01T10:00:00Z")
    run = world.invoke("invoice_reminders", sample("invoice_reminders"))["run"]
    assert json.loads(sample("invoice_reminders_worker")["Records"][0]["body"])["run"] == run
    for _ in range(2):
        answer = world.invoke("invoice_reminders_worker", sample("invoice_reminders_worker"))
        assert answer == {"batchItemFailures": []}
    path = "/ticket-orders"
    reminded = [world.call("GET", f"{path}/t-{n}", STAFF).json["reminders_sent"] for n in (7, 8)]
    assert reminded == [1, 0]


def test_relay_json_brings_the_event_to_the_bus_as_mail_json_has_it(sold: World) -> None:
    sold.invoke("relay", sample("relay"))
    (on_the_bus,) = sold.bus()
    in_the_queue = json.loads(sample("mail")["Records"][0]["body"])
    assert on_the_bus["detail-type"] == in_the_queue["detail-type"]
    assert on_the_bus["detail"] == in_the_queue["detail"]


@pytest.mark.breaks("mails of events that never were")
def test_mail_json_sends_the_holder_one_mail(sold: World) -> None:
    before = len(sent_to("alice@example.net"))
    for _ in range(2):
        assert sold.invoke("mail", sample("mail")) == {"batchItemFailures": []}
    (mail,) = sent_to("alice@example.net")[before:]
    assert "14 janvier 2026" in mail


@pytest.fixture
def switched_off(world: World) -> World:
    """A domain of three months that was cancelled and is inactive now, with a free account."""
    world.set_clock("2025-11-03T11:00:00Z")
    brought = {"provider": "svenska-domaner", "import": True, "starts_on": "2025-10-15"}
    dates = {"label": "example.org.nz", "registry_expires_on": "2026-10-15"}
    world.register("d-1", plan="premium-domain-3", **brought, **dates)
    world.register("a-1", plan="free-domain-account", parent_id="d-1", **brought)
    assert world.call("POST", "/contracts/d-1/cancellation", ALICE, {}).status == 200
    world.relay()
    world.run_job("2026-01-15T03:00:00Z")
    return world


def test_follow_json_is_on_the_bus_when_the_domain_is_switched_off(switched_off: World) -> None:
    (on_the_bus,) = switched_off.relay()
    in_the_queue = json.loads(sample("follow")["Records"][0]["body"])
    assert on_the_bus["detail-type"] == in_the_queue["detail-type"]
    assert on_the_bus["detail"] == in_the_queue["detail"]


def test_follow_json_switches_off_the_free_account_of_the_domain(switched_off: World) -> None:
    assert switched_off.contract("a-1")["status"] == "active"
    assert switched_off.invoke("follow", sample("follow")) == {"batchItemFailures": []}
    assert switched_off.contract("a-1")["status"] == "inactive"


def test_sweep_json_sends_what_the_stream_left_behind(sold: World) -> None:
    sold.set_clock("2025-11-03T11:20:00Z")
    assert sold.invoke("sweep", sample("sweep")) == {"swept": 2}
    types = [event["detail-type"] for event in sold.bus()]
    assert sorted(types) == ["contract.registered", "test_clock.set"]


def sent_to(address: str) -> list[str]:
    """All mails to one address; the mailbox is one for all the tests of this process."""
    from moto.core.models import DEFAULT_ACCOUNT_ID
    from moto.ses.models import ses_backends

    box = ses_backends[DEFAULT_ACCOUNT_ID][REGION].sent_messages
    return [str(vars(mail)) for mail in box if address in str(vars(mail))]
