"""The shapes of what a provider offers and of its policy, as they are answered."""

from __future__ import annotations

from local.openapi.schemas import (
    FLAG,
    MONEY,
    TEXT,
    WHOLE,
    Schema,
    by_name,
    many,
    null,
    one_of,
    ref,
    thing,
)
from tacit.domain.policy import Anchor, Channel, Immediate

TEXTS = many(TEXT)
RESTORE = thing(
    by=TEXTS,
    channel=one_of(*Channel),
    price=TEXTS,
    fee=null(MONEY),
    multiple=null(WHOLE),
    counted_from=one_of(*Anchor),
)
PHASE = thing(
    name=TEXT,
    days=null(WHOLE),
    working_days=null(WHOLE),
    months=null(WHOLE),
    anchor=one_of(*Anchor),
    served=FLAG,
    restore=null(RESTORE),
)
LIFE = thing(
    tlds=TEXTS,
    tiers=TEXTS,
    terms=many(WHOLE),
    notice_days=WHOLE,
    immediate=null(one_of(*Immediate)),
    inactive=null(thing(when=TEXTS, days=null(WHOLE), until=null(one_of(*Anchor)))),
    downgrade=null(thing(parent_tiers=TEXTS, plan=TEXT)),
    phases=many(ref("Phase")),
)
OF_POLICIES: dict[str, Schema] = {
    "Plan": thing(
        id=TEXT,
        kind=TEXT,
        tier=null(TEXT),
        tld=null(TEXT),
        term_months=WHOLE,
        price=MONEY,
        max_quantity=WHOLE,
    ),
    "Phase": PHASE,
    "Policy": thing(
        policy=TEXT,
        provider=TEXT,
        version=WHOLE,
        zone=TEXT,
        currency=TEXT,
        locale=TEXT,
        contact=thing(email=null(TEXT), form=TEXT),
        customer_sees=TEXTS,
        expired_notice_days=null(WHOLE),
        renewal=thing(lead_days=WHOLE, patience_days=WHOLE),
        actions=by_name(thing(by=TEXTS, channel=one_of(*Channel), modes=TEXTS)),
        kinds=by_name(thing(unique_label=FLAG, after_the_end=many(LIFE))),
        plan_change=null(
            thing(
                kinds=TEXTS,
                cooldown_days=WHOLE,
                min_days_after_change=WHOLE,
                unlimited_option=null(TEXT),
                pass_option=null(TEXT),
            )
        ),
        ticketing=null(
            thing(
                days_before_first_reminder=WHOLE,
                reminders=WHOLE,
                closes_days_before_event=WHOLE,
                anchor=TEXT,
                bank_delay_days=WHOLE,
                mail_hour=WHOLE,
                commission_percent=WHOLE,
                refund_methods=TEXTS,
                insurer=null(thing(name=TEXT, contact=TEXT)),
                hold_seconds=WHOLE,
            )
        ),
    ),
}
