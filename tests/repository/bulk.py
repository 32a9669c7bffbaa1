"""Many contracts at once: written as the mapping writes them, by batches instead of one by one."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tacit.domain.values import Contract, Order
from tacit.policies import policy
from tacit.store.codec import Item, to_raw
from tacit.store.mapping import contract_item, link_item, order_item


def write_contracts(
    client: Any, table_name: str, contracts: Iterable[Contract], orders: Iterable[Order]
) -> None:
    """Heads, links and orders; the events of their past are not there."""
    items: list[Item] = [order_item(order) for order in orders]
    for contract in contracts:
        items.append(contract_item(contract, policy(contract.policy)))
        items += [link_item(contract, party) for party in contract.parties]
    write_items(client, table_name, items)


def write_items(client: Any, table_name: str, items: Iterable[Item]) -> None:
    every = list(items)

    def write(start: int) -> None:
        batch = every[start : start + 25]
        requests = [{"PutRequest": {"Item": to_raw(item)}} for item in batch]
        answer = client.batch_write_item(RequestItems={table_name: requests})
        assert not answer.get("UnprocessedItems")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(0, len(every), 25)))
