"""Notices as items of their contract's partition, and as the head carries the present one."""

from tacit.domain.money import Money
from tacit.domain.values import Notice, Owed, Shortage, Task
from tacit.store import keys
from tacit.store.codec import Item, Raw
from tacit.store.texts import day_text, parsed, read_day, read_day_or_none


def notice_item(contract_id: str, notice: Notice) -> Item:
    """The notice as it is listed and paid by its id; the contract's head carries the same."""
    pk, sk = keys.notice(contract_id, notice.period_start)
    fields = {**notice_fields(notice), "contract_id": contract_id}
    return {"pk": pk, "sk": sk, "item": "notice", **fields}


def owed_fields(owed: Owed) -> Item:
    return {
        "notice": notice_fields(owed.notice),
        "since": owed.since.isoformat(),
        "steps": owed.steps,
        "tasks": list(owed.tasks),
    }


def owed_from(item: Item) -> Owed:
    tasks = tuple(item.get("tasks", ()))
    return Owed(notice_from(item["notice"]), read_day(item["since"]), item["steps"], tasks)


def task_item(task: Task) -> Item:
    """On the provider's list until somebody has done it."""
    pk, sk = keys.task(task.provider, task.id)
    return {
        "pk": pk,
        "sk": sk,
        "item": "task",
        "id": task.id,
        "contract_id": task.contract_id,
        "provider": task.provider,
        "what": task.what,
        "since": task.since.isoformat(),
    }


def task_of(raw: Raw) -> Task:
    return parsed(raw, task_from)


def task_from(item: Item) -> Task:
    return Task(
        id=item["id"],
        contract_id=item["contract_id"],
        provider=item["provider"],
        what=item["what"],
        since=read_day(item["since"]),
    )


def notice_of(raw: Raw) -> Notice:
    return parsed(raw, notice_from)


def notice_fields(notice: Notice) -> Item:
    short, before = notice.short, notice.price_before
    return {
        "period_start": notice.period_start.isoformat(),
        "price_minor": notice.price.minor,
        "minor": notice.amount.minor,
        "currency": notice.amount.currency,
        "policy": notice.policy,
        "due_on": notice.due_on.isoformat(),
        "made_on": notice.made_on.isoformat(),
        "status": notice.status,
        "tried_on": day_text(notice.tried_on),
        "short": short
        and {
            "code": short.code,
            "account_id": short.account_id,
            "minor": short.short.minor,
            "ahead": list(short.ahead),
            "until": short.until.isoformat(),
        },
        "generation": notice.generation,
        "account_id": notice.account_id,
        "reference": notice.reference,
        "policy_before": notice.policy_before,
        "price_before_minor": before.minor if before else None,
        "price_before_currency": before.currency if before else None,
    }


def notice_from(item: Item) -> Notice:
    currency, short = item["currency"], item.get("short")
    before = item.get("price_before_minor")
    before_in = item.get("price_before_currency") or currency
    return Notice(
        period_start=read_day(item["period_start"]),
        price=Money(item["price_minor"], currency),
        amount=Money(item["minor"], currency),
        policy=item["policy"],
        due_on=read_day(item["due_on"]),
        made_on=read_day(item["made_on"]),
        status=item["status"],
        tried_on=read_day_or_none(item.get("tried_on")),
        short=short
        and Shortage(
            code=short["code"],
            account_id=short.get("account_id"),
            short=Money(short["minor"], currency),
            ahead=tuple(short["ahead"]),
            until=read_day(short["until"]),
        ),
        generation=item["generation"],
        account_id=item.get("account_id"),
        reference=item.get("reference"),
        policy_before=item.get("policy_before"),
        price_before=Money(before, before_in) if before is not None else None,
    )
