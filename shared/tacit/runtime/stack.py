"""What one function is made of: its settings and the things they lead to, made when first asked.

Nothing is read from the environment when a module is imported, so that a test or another stack
in the same process gets its own.
"""

import os
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from tacit.runtime.clock import Clock
from tacit.runtime.observability import quiet_libraries
from tacit.store.clock import TestClock
from tacit.store.repository import Repository
from tacit.store.table import Table

if TYPE_CHECKING:  # imported where they are made: relay, sweep and workers never need them
    from tacit.runtime.accounts import Accounts
    from tacit.runtime.by_hand import MessagesByHand
    from tacit.runtime.households import Households
    from tacit.runtime.orders import Orders
    from tacit.runtime.plan_changes import PlanChanges
    from tacit.runtime.shops import Shops
    from tacit.runtime.ticket_orders import TicketOrders
    from tacit.service import Contracts
    from tacit.store.ledger import Ledger
    from tacit.store.listing import Listing
    from tacit.store.orders import OrderBook
    from tacit.store.shops import ShopBook
    from tacit.store.ticket_search import TicketSearch


@dataclass(frozen=True)
class Settings:
    """The environment of one function; a variable it does not need may be absent."""

    table_name: str
    region: str | None
    test_clock: bool
    client_id: str
    subject_claim: str
    secret_arn: str
    expiries_queue_url: str
    renewals_queue_url: str
    invoice_reminders_queue_url: str
    held_messages_queue_url: str
    job_messages: int
    bus_name: str
    sender: str

    def queue_of(self, job: str) -> str:
        """Each job has a queue of its own, so that neither waits for the other's."""
        return {
            "expiries": self.expiries_queue_url,
            "renewals": self.renewals_queue_url,
            "invoice_reminders": self.invoice_reminders_queue_url,
        }[job]

    @classmethod
    def of_environment(cls, table_name: str | None = None) -> "Settings":
        """Raises KeyError where nobody names the table."""
        env = os.environ.get
        return cls(
            table_name=table_name or os.environ["TABLE_NAME"],
            region=env("AWS_REGION") or env("AWS_DEFAULT_REGION"),
            test_clock=env("TEST_CLOCK") == "enabled",
            client_id=env("CLIENT_ID", ""),
            subject_claim=env("SUBJECT_CLAIM", "cognito:username"),
            secret_arn=env("SECRET_ARN", ""),
            expiries_queue_url=env("EXPIRIES_QUEUE_URL", ""),
            renewals_queue_url=env("RENEWALS_QUEUE_URL", ""),
            invoice_reminders_queue_url=env("INVOICE_REMINDERS_QUEUE_URL", ""),
            held_messages_queue_url=env("HELD_MESSAGES_QUEUE_URL", ""),
            job_messages=int(env("JOB_MESSAGES", "8")),
            bus_name=env("BUS_NAME", ""),
            sender=env("SENDER", ""),
        )


class Stack:
    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @cached_property
    def table(self) -> Table:
        return Table(self.settings.table_name, self.settings.region)

    @cached_property
    def repository(self) -> Repository:
        return Repository(self.table)

    @cached_property
    def listing(self) -> "Listing":
        from tacit.store.listing import Listing

        return Listing(self.table)

    @cached_property
    def clock(self) -> Clock:
        return Clock(TestClock(self.table) if self.settings.test_clock else None)

    @cached_property
    def contracts(self) -> "Contracts":
        from tacit.service import Contracts

        return Contracts(self.repository, self.clock)

    @cached_property
    def households(self) -> "Households":
        from tacit.runtime.households import Households

        return Households(self.repository)

    @cached_property
    def ledger(self) -> "Ledger":
        from tacit.store.ledger import Ledger

        return Ledger(self.table)

    @cached_property
    def accounts(self) -> "Accounts":
        from tacit.runtime.accounts import Accounts

        return Accounts(self.repository, self.ledger, self.clock)

    @cached_property
    def order_book(self) -> "OrderBook":
        from tacit.store.orders import OrderBook

        return OrderBook(self.table)

    @cached_property
    def orders(self) -> "Orders":
        from tacit.runtime.orders import Orders

        return Orders(self.contracts, self.order_book)

    @cached_property
    def plan_changes(self) -> "PlanChanges":
        from tacit.runtime.plan_changes import PlanChanges
        from tacit.store.code_tries import CodeTries

        return PlanChanges(self.contracts, CodeTries(self.table), lambda: self.secret)

    @cached_property
    def shop_book(self) -> "ShopBook":
        from tacit.store.shops import ShopBook

        return ShopBook(self.table)

    @cached_property
    def shops(self) -> "Shops":
        from tacit.runtime.shops import Shops

        return Shops(self.repository, self.shop_book, self.clock)

    @cached_property
    def ticket_orders(self) -> "TicketOrders":
        from tacit.runtime.ticket_orders import TicketOrders
        from tacit.store.shops import ShopBook
        from tacit.store.ticket_orders import TicketBook

        book, shops = TicketBook(self.table), ShopBook(self.table)
        return TicketOrders(self.repository, book, shops, self.clock)

    @cached_property
    def ticket_search(self) -> "TicketSearch":
        from tacit.store.ticket_search import TicketSearch

        return TicketSearch(self.table)

    @cached_property
    def messages_by_hand(self) -> "MessagesByHand":
        from tacit.runtime.by_hand import MessagesByHand
        from tacit.store.by_hand import MessageBook

        book = MessageBook(self.table)
        return MessagesByHand(self.repository, self.ticket_orders, book, self.clock)

    @cached_property
    def secret(self) -> bytes:
        """The stack's secret, fetched once per process."""
        answer = self.client("secretsmanager").get_secret_value(SecretId=self.settings.secret_arn)
        return str(answer["SecretString"]).encode()

    def client(self, service: str) -> Any:
        """A botocore client, made once; boto3 would add its resources and S3 transfers on top."""
        return _client(service, self.settings.region)


@cache
def _client(service: str, region: str | None) -> Any:
    return _session().create_client(service, region_name=region)


@cache
def _session() -> Any:
    """One for all of a process's clients: to make it takes half as long as to make one of them."""
    from tacit.store.session import quick

    return quick()


@cache
def stack() -> Stack:
    """This process's stack."""
    quiet_libraries()
    return Stack(Settings.of_environment())


def forget_stack() -> None:
    """For tests that change the environment within one process."""
    stack.cache_clear()
    _client.cache_clear()
