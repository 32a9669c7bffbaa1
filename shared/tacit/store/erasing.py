"""What an erasure reads and writes: the items of a person's things, each under what was read.

Heads go under their versions, in one transaction with what leads to them by the person, so that
what has not been come to yet is still found by him. Items behind a head are written one by one,
before their head: what is personal in them, where it still is what was read.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.operand import Path

from tacit.domain.erasing import ERASED, Erasure, plan_change_without
from tacit.domain.policy import Policy
from tacit.domain.tickets.values import TicketOrder
from tacit.domain.tickets.words import tokens_of, words_of
from tacit.domain.values import Account, Contract, Order
from tacit.store import keys
from tacit.store.account_items import account_item, account_link
from tacit.store.codec import Item, Raw, from_raw
from tacit.store.hanging import moved_links
from tacit.store.mapping import contract_item, order_item
from tacit.store.plan_change_items import change_fields, change_from
from tacit.store.table import Table
from tacit.store.ticket_items import ticket_order_item, token_item
from tacit.store.writes import ConditionFailed, Write, absent, delete, put, update

_PAGE = 100


class Erasing:
    def __init__(self, table: Table) -> None:
        self.table = table

    def began(self, key: keys.Key, pseudonym: str, at: datetime) -> str:
        """The pseudonym of an erasure: this one, or that of a call that was cut off. Its marker
        alone knows whose it is, and goes when all is done."""
        pk, sk = key
        marker = {"pk": pk, "sk": sk, "item": "erasure", "pseudonym": pseudonym}
        try:
            self.table.write(put("marker", {**marker, "at": keys.instant(at)}, absent))
        except ConditionFailed:
            found = self.table.get(key)
            return str(found["pseudonym"]) if found is not None else self.began(key, pseudonym, at)
        return pseudonym

    def is_begun(self, key: keys.Key) -> bool:
        return self.table.get(key) is not None

    def ended(self, key: keys.Key) -> None:
        self.table.write(delete("marker", key))

    def linked(self, provider: str, person: str) -> Iterator[Item]:
        """What leads from a person to his things: contracts, accounts, shops, and contracts that he
        was a contact of."""
        return map(from_raw, self.partition(keys.party(provider, person)))

    def orders_of(self, provider: str, person: str) -> list[keys.Key]:
        """His orders of several contracts, by their index, which is a moment behind."""
        prefix = Path("orders_sort").startswith(keys.order_place(person, ""))
        lane = keys.order_list(provider, keys.lane_of(person))
        rows = map(from_raw, self.partition(lane, "orders", prefix))
        return [(row["pk"], row["sk"]) for row in rows if row["pk"].startswith("order#")]

    def bought(self, shop_id: str, email: str) -> Iterator[str]:
        """The orders of a shop in which the address is a word."""
        (word,) = words_of(email)
        return (from_raw(raw)["order_id"] for raw in self.partition(keys.token(shop_id, word)))

    def tasks_of(self, provider: str, contract_id: str) -> list[str]:
        named = Path("sk").startswith(keys.part(f"{contract_id}:"))
        return [from_raw(raw)["id"] for raw in self.partition(keys.tasks(provider), sort=named)]

    def parked_of(self, provider: str, pk: str) -> list[str]:
        """What is parked of a thing: its head, or something behind it."""
        kind, _, own = pk.partition("#")
        named = Path("sk").startswith(keys.part(f"{kind}:{keys.unpart(own)}"))
        rows = map(from_raw, self.partition(keys.parked(provider), sort=named))
        return [row["id"] for row in rows if row["record_pk"] == pk]

    def partition(
        self, pk: str, index: str | None = None, sort: Condition | None = None
    ) -> Iterator[Raw]:
        """Every item of a partition, page by page, as DynamoDB holds it."""
        after: Item | None = None
        while True:
            page = self.table.query(pk, index=index, sort=sort, limit=_PAGE, after=after)
            yield from page.raws
            after = page.after
            if after is None:
                return

    def rewritten(self, raw: Raw, wanted: Mapping[str, Any]) -> bool:
        """Those attributes set, None taken away, where they still are what was read. False where
        the item has changed: then it is looked at again."""
        there = from_raw(raw)
        key = (there["pk"], there["sk"])
        actions, same = [], Path("pk").exists()
        for name, value in wanted.items():
            path, before = Path(name), there.get(name)
            actions.append(path.remove() if value is None else path.set(value))
            same = same & (path.does_not_exist() if before is None else path == before)
        try:
            self.table.write(update("item", key, actions, same))
        except ConditionFailed:
            return False
        return True


def behind_a_contract(raw: Raw, erasure: Erasure, mine: bool) -> dict[str, Any]:
    """The attributes of an item of a contract's partition that have to be others; None: gone. On a
    contract that was his (`mine`) nothing that a person wrote stays."""
    item = from_raw(raw)
    match item["item"]:
        case "event":
            return _of_event(item, erasure, mine)
        case "plan_change":
            fields = change_fields(plan_change_without(change_from(item), erasure))
            names = ("requested_by", "confirmed_by")
            return {name: fields[name] for name in names if item.get(name) != fields[name]}
        case "failure":
            reason = ERASED if mine else erasure.words(item["reason"])
            return {} if reason == item["reason"] else {"reason": reason}
        case _:
            return {}


def behind_an_account(raw: Raw, erasure: Erasure) -> dict[str, Any]:
    """Amounts, days, references and codes stay; the words of a deposit or withdrawal go."""
    item = from_raw(raw)
    if item["item"] == "event":
        return _of_event(item, erasure, True)
    by_hand = item["item"] == "line" and "reference" in item
    return {"reason": ERASED} if by_hand and item["reason"] != ERASED else {}


def behind_an_order(raw: Raw, erasure: Erasure) -> dict[str, Any]:
    item = from_raw(raw)
    return _of_event(item, erasure, True) if item["item"] == "event" else {}


def behind_a_ticket_order(raw: Raw) -> dict[str, Any]:
    """Who wrote to the buyer stays, since it was not he; what was written goes."""
    item = from_raw(raw)
    if item["item"] == "message_by_hand" and (item["text"], item["to"]) != (ERASED, "buyer"):
        return {"text": ERASED, "to": "buyer", "version": item["version"] + 1}
    if item["item"] == "failure" and item["reason"] != ERASED:
        return {"reason": ERASED}
    noted = item["item"] == "event" and item.get("note") not in (None, ERASED)
    return {"note": ERASED} if noted else {}


def _of_event(item: Item, erasure: Erasure, mine: bool) -> dict[str, Any]:
    wanted = {"actor_subject": erasure.subject(item["actor_subject"])}
    note = item.get("note")
    if note is not None:
        wanted["note"] = ERASED if mine else str(erasure.words(note))
    return {name: value for name, value in wanted.items() if item[name] != value}


def contract_writes(raw: Raw, before: Contract, after: Contract, policy: Policy) -> list[Write]:
    """The head, and the links of all its parties, which name its holder. A parked head is left to
    whoever mends it: written anew, it would be back in its calendars."""
    same = (Path("version") == before.version) & Path("parked_at").does_not_exist()
    run = from_raw(raw).get("run")
    head = put("contract", {**contract_item(after, policy), "run": run}, same)
    return [head, *moved_links(before, after)]


def past_link_write(provider: str, person: str, contract_id: str) -> Write:
    return delete("past link", (keys.party(provider, person), keys.past_link(contract_id)))


def account_writes(before: Account, after: Account) -> list[Write]:
    old = account_link(before)
    return [
        put("account", account_item(after), Path("version") == before.version),
        delete("old link", (old["pk"], old["sk"])),
        put("link", account_link(after)),
    ]


def order_write(before: Order, after: Order) -> Write:
    return put("order", order_item(after), Path("version") == before.version)


def ticket_order_writes(
    raw: Raw, before: TicketOrder, after: TicketOrder, policy: Policy
) -> list[Write]:
    """The head, and the words by which it is found: the buyer's go with it."""
    same = (Path("version") == before.version) & Path("parked_at").does_not_exist()
    run = from_raw(raw).get("run")
    had, has = set(tokens_of(before)), set(tokens_of(after))
    gone = (token_item(before, word) for word in sorted(had - has))
    return [
        put("order", {**ticket_order_item(after, policy), "run": run}, same),
        *(delete(f"word {item['pk']}", (item["pk"], item["sk"])) for item in gone),
        *(put(f"word {word}", token_item(after, word)) for word in sorted(has - had)),
    ]
