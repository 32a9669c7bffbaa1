"""Money in a table: ledgers and their sums, charges and the lines that pay them."""

from collections import Counter
from collections.abc import Iterator

from tacit.store import keys
from tacit.store.account_items import account_link
from tacit.store.codec import Item
from tacit.store.keys import HEAD
from tests.invariants.held import Held


def balances(table: Held) -> Iterator[str]:
    """A balance is the sum of its ledger, never below nothing; its lines have no gap."""
    for account in table.accounts.values():
        pk, _ = keys.account(account.id)
        lines, balance = table.beside(pk, "line"), 0
        if [line["number"] for line in lines] != list(range(1, account.lines + 1)):
            yield f"{pk} has {account.lines} lines, and there are {[n['number'] for n in lines]}"
        for line in lines:
            balance += line["minor"]
            if balance < 0:
                yield f"{pk} is below nothing after line {line['number']}"
        if balance != account.balance.minor:
            yield f"{pk} holds {account.balance.minor}, and its ledger adds up to {balance}"
        numbers = [event.get("number") for event in table.beside(pk, "event")]
        first = account.lines + 2 - len(numbers) if table.laid((pk, HEAD)) else 1
        if numbers != list(range(first, account.lines + 2)):
            yield f"{pk} has {account.lines} lines, and the events {numbers}"


def references(table: Held) -> Iterator[str]:
    """A deposit or a withdrawal counts once: its reference stands for one line."""
    for pk in {item["pk"] for item in table.kinds.get("account", ())}:
        if table.laid((pk, HEAD)):
            continue
        lines = [line for line in table.beside(pk, "line") if "reference" in line]
        told = Counter(line["reference"] for line in lines)
        there = {keys.unpart(r["sk"].partition("#")[2]) for r in table.beside(pk, "reference")}
        if set(told) != there or any(count > 1 for count in told.values()):
            yield f"{pk}: the references {sorted(there)} stand for {dict(told)}"


def charges(table: Held) -> Iterator[str]:
    """A charge's key is what it is for; each that an account paid has its line, and no line of an
    account is for a charge that was never made. What cost nothing may have been paid by nobody."""
    paid: Counter[tuple[str, str, str, str, int]] = Counter()
    for item in table.kinds.get("charge", ()):
        contract_id = keys.unpart(item["pk"].partition("#")[2])
        _, start, reason, generation = item["sk"].split("#")
        if (start, keys.unpart(reason)) != (item["period_start"], item["reason"]):
            yield f"{item['pk']} {item['sk']} is for {item['period_start']} {item['reason']}"
        if int(generation) < 1 or (item["pk"], HEAD) not in table.items:
            yield f"{item['pk']} {item['sk']} is of nothing"
        payers = ("account_id" in item) + ("reference" in item)
        if payers != 1 and (payers, item["minor"]) != (0, 0):
            yield f"{item['pk']} {item['sk']} was paid by nobody, or twice"
        if "account_id" in item:
            paid[item["account_id"], contract_id, start, item["reason"], -item["minor"]] += 1
    booked = Counter(_for(account_id, line) for account_id, line in _charging(table))
    for key in paid.keys() | booked.keys():
        if paid[key] != booked[key]:
            yield f"charged {paid[key]} times, and booked {booked[key]} times: {key}"


def _charging(table: Held) -> Iterator[tuple[str, Item]]:
    for account in table.accounts:
        for line in table.beside(keys.account(account)[0], "line"):
            if "contract_id" in line and line["minor"] <= 0:
                yield account, line


def _for(account_id: str, line: Item) -> tuple[str, str, str, str, int]:
    return account_id, line["contract_id"], line["period_start"], line["reason"], line["minor"]


def account_links(table: Held) -> Iterator[str]:
    found = table.accounts.values()
    items = [account_link(each) for each in found if not table.laid(keys.account(each.id))]
    laid = {each.id for each in found if table.laid(keys.account(each.id))}
    wanted = {(item["pk"], item["sk"]) for item in items}
    links = (i for i in table.kinds.get("account_link", ()) if i["account_id"] not in laid)
    for key in wanted ^ {(item["pk"], item["sk"]) for item in links}:
        yield f"an account's link is missing, or leads nowhere: {' '.join(key)}"
