"""Every key of the table, in one place; `docs/keys.md` explains who uses which.

A part that somebody outside chose is escaped, so that no name can reach into another's keys.
"""

from datetime import UTC, date, datetime
from hashlib import sha256
from zlib import crc32

from tacit.domain.values import Status

SHARDS = 64
LANES = 8
HEAD = "head"

Key = tuple[str, str]


def part(text: str) -> str:
    """One part of a key, with the separator escaped."""
    return text.replace("%", "%25").replace("#", "%23")


def unpart(text: str) -> str:
    return text.replace("%23", "#").replace("%25", "%")


def instant(at: datetime) -> str:
    """An instant as it is stored and compared: UTC, to the microsecond, of one width."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def read_instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def shard_of(provider: str, holder: str) -> str:
    """One of the 64 shards; all of a holder's contracts meet in one."""
    return f"{crc32(f'{part(provider)}#{part(holder)}'.encode()) % SHARDS:02d}"


def due(at: datetime, provider: str, holder: str) -> str:
    """An instant of the renewals' calendar with a mark of the holder behind it, so that all that
    is due of one holder can be told from the keys alone. Marks are compared after instants."""
    return f"{instant(at)}#{crc32(f'{part(provider)}#{part(holder)}'.encode()):08x}"


def holder_in(due_at: str) -> str:
    """The holder's mark behind an instant of the renewals' calendar; one that has none is met
    under a mark of its own."""
    return due_at.partition("#")[2] or "-"


def lane_of(text: str) -> str:
    """One of the eight lanes of an index that is written often and read rarely."""
    return str(crc32(text.encode()) % LANES)


def contract(contract_id: str) -> Key:
    return f"contract#{part(contract_id)}", HEAD


def order(order_id: str) -> Key:
    return f"order#{part(order_id)}", HEAD


def event(subject_pk: str, number: int) -> Key:
    return subject_pk, f"event#{number:010d}"


def child(parent_id: str, contract_id: str) -> Key:
    """The link from a contract to one that hangs on it."""
    return f"contract#{part(parent_id)}", f"child#{part(contract_id)}"


def children(parent_id: str) -> Key:
    """How many contracts hang on one."""
    return f"contract#{part(parent_id)}", "children"


def notice(contract_id: str, period_start: date) -> Key:
    """A notice's key is its uniqueness: one for each period."""
    return f"contract#{part(contract_id)}", f"notice#{period_start}"


def plan_change(contract_id: str, number: int) -> Key:
    """A plan change that was carried out, by the number of the event it was asked for with."""
    return f"contract#{part(contract_id)}", f"plan-change#{number:010d}"


def code_tries(contract_id: str, day: date) -> Key:
    """How many codes were tried on a local day, over all plan changes of a contract."""
    return f"contract#{part(contract_id)}", f"code-tries#{day}"


def charge(contract_id: str, period_start: date, reason: str, generation: int) -> Key:
    """A charge's key is its uniqueness: one for each period, reason and generation."""
    pk, every = charges(contract_id, period_start, reason)
    return pk, f"{every}{generation}"


def charges(contract_id: str, period_start: date, reason: str) -> Key:
    """Where all generations of a charge begin."""
    return f"contract#{part(contract_id)}", f"charge#{period_start}#{part(reason)}#"


def account(account_id: str) -> Key:
    return f"account#{part(account_id)}", HEAD


def line(account_id: str, number: int) -> Key:
    return f"account#{part(account_id)}", f"line#{number:010d}"


def account_reference(account_id: str, reference: str) -> Key:
    """A reference's key is its uniqueness: it counts once on an account."""
    return f"account#{part(account_id)}", f"reference#{part(reference)}"


def shop(shop_id: str) -> Key:
    return f"shop#{part(shop_id)}", HEAD


def ticket_order(order_id: str) -> Key:
    return f"ticket_order#{part(order_id)}", HEAD


def ticket_payment(order_id: str, reference: str) -> Key:
    """A reference's key is its uniqueness: it counts once for an order."""
    return f"ticket_order#{part(order_id)}", f"payment#{part(reference)}"


def ticket(number: str) -> Key:
    """A ticket's number is one number at every entrance; upper and lower case are the same."""
    return f"ticket#{part(number.casefold())}", "claim"


def seat(shop_id: str, show_id: str, name: str) -> Key:
    """A seat of an event, while somebody has a valid ticket for it; upper and lower case are the
    same."""
    return f"show#{part(shop_id)}#{part(show_id)}", f"seat#{part(name.casefold())}"


def ticket_order_listing(shop_id: str, lane: str) -> str:
    return f"ticket_orders#{part(shop_id)}#{lane}"


def open_questions(shop_id: str) -> str:
    """The partition of the index of orders that lists what a shop's organiser has to decide."""
    return f"questions#{part(shop_id)}"


def token(shop_id: str, word: str) -> str:
    """The partition that lists the orders of a shop in which a word is found."""
    return f"token#{part(shop_id)}#{part(word)}"


def label(registered_form: str) -> Key:
    """A name is one name in the world, whichever provider looks after it."""
    return f"label#{part(registered_form)}", "claim"


def party(provider: str, subject: str) -> str:
    """The partition of everything one person sees at one provider."""
    return f"party#{part(provider)}#{part(subject)}"


def party_link(status: Status, holder: str, contract_id: str) -> str:
    """By status first, then holder: both can be asked for without reading the rest."""
    return f"{status}#{part(holder)}#{part(contract_id)}"


def account_link(account_id: str) -> str:
    """Beside the links to contracts, which begin with a status."""
    return f"account#{part(account_id)}"


def shop_link(shop_id: str) -> str:
    """Beside the links to accounts."""
    return f"shop#{part(shop_id)}"


def past_link(contract_id: str) -> str:
    """Of a contract that the person was a contact of, beside the links to shops."""
    return f"past#{part(contract_id)}"


def listing(provider: str, lane: str) -> str:
    return f"{part(provider)}#{lane}"


def account_listing(provider: str, lane: str) -> str:
    return f"accounts#{part(provider)}#{lane}"


def shop_listing(provider: str, lane: str) -> str:
    return f"shops#{part(provider)}#{lane}"


def order_list(provider: str, lane: str) -> str:
    """A partition of the index of orders; all of a holder's are in one."""
    return f"{part(provider)}#{lane}"


def order_place(holder: str, order_id: str) -> str:
    return f"{part(holder)}#{part(order_id)}"


def idempotency(caller: str, method: str, path: str, key: str) -> Key:
    scope = "\0".join((caller, method, path, key))
    return f"idempotency#{sha256(scope.encode()).hexdigest()}", "record"


def of_record(record_id: str) -> Key:
    """The head of a record by its id, "contract:c-1"."""
    kind, _, own = record_id.partition(":")
    return f"{kind}#{part(own)}", HEAD


def run(run_id: str) -> Key:
    return f"run#{part(run_id)}", HEAD


def run_shard(run_id: str, stage: str, shard: str) -> Key:
    return f"run#{part(run_id)}", f"{stage}#{shard}"


def run_line(
    run_id: str, kind: str, shard: str, page: int, number: int, telling: str | None = None
) -> Key:
    """One of the items that hold what a run did on a page of a shard; `kind` is "line",
    "planned" or "difference". In this order the pages follow each other as they were worked. Those
    behind a page's first name the telling that they belong to."""
    sk = f"{run_lines(kind, shard)}{page:06d}#{number:03d}"
    return f"run#{part(run_id)}", sk if telling is None else f"{sk}#{telling}"


def run_lines(kind: str, shard: str | None = None) -> str:
    """What the keys of a kind of lines begin with, of one shard or of all."""
    return f"{kind}#" if shard is None else f"{kind}#{shard}#"


def fuse(job: str, provider: str) -> Key:
    return f"fuse#{part(job)}#{part(provider)}", HEAD


def fuse_run(job: str, provider: str, run_id: str) -> Key:
    """A run that a fuse has seen the last of. Its key is its uniqueness: it counts once."""
    return f"fuse#{part(job)}#{part(provider)}", f"run#{part(run_id)}"


def runs(scope: str) -> str:
    """The partition that lists the runs of one provider, or of all (`*`)."""
    return f"runs#{part(scope)}"


def parked(scope: str) -> str:
    """The partition that lists what is parked for one provider, or of nobody known (`*`)."""
    return f"parked#{part(scope)}"


def tasks(provider: str) -> str:
    """The partition that lists what people have to do for one provider."""
    return f"tasks#{part(provider)}"


def task(provider: str, task_id: str) -> Key:
    return tasks(provider), part(task_id)


def failure(pk: str) -> Key:
    return pk, "failure"


def message(subject_pk: str, event_number: int, kind: str, channel: str) -> Key:
    return subject_pk, f"message#{event_number:010d}#{part(kind)}#{part(channel)}"


def message_by_hand(order_id: str, number: int) -> Key:
    """One that a person sends to the buyer, by the number of the event it came with."""
    return f"ticket_order#{part(order_id)}", f"by-hand#{number:010d}"


def erasure(provider: str, kind: str, name: str) -> Key:
    """The marker of an erasure that is not over; `kind` is "person" or "buyer"."""
    return f"erasure#{part(provider)}", f"{kind}#{part(name)}"


CLOCK: Key = ("clock", HEAD)
CALENDAR_REBUILD: Key = ("calendar-rebuild", HEAD)
