"""Every way Tacit says no over HTTP, in one table: status, title, and what to tell people.

`docs/errors.md` is written from this table and tested against it. A detail may name the
refusal's parameters; programs read `code` and `params`, people read `detail`.
"""

from collections.abc import Mapping

from tacit.runtime.problem_entry import Entry
from tacit.runtime.ticket_problems import OF_TICKETS

_ASK = "Please ask support: {contact[form]} {contact[email]}"

PROBLEMS: Mapping[str, Entry] = {
    "unreadable": Entry(400, "The request cannot be read", "{reason}"),
    "body_too_large": Entry(
        400, "The request is too large", "The body has {size} bytes; at most {limit} are read."
    ),
    "unauthenticated": Entry(
        401, "Who are you?", "Send a valid ID token: Authorization: Bearer <ID token>."
    ),
    "not_your_role": Entry(
        403, "Somebody else may do this", "You act as {your_role}; this is for: {roles}."
    ),
    "not_found": Entry(404, "Not found", "There is no such {thing} for you."),
    "no_such_door": Entry(404, "No such door", "This path and method lead nowhere."),
    "invalid_field": Entry(422, "A field is wrong", "{field}: {reason}"),
    "unknown_field": Entry(422, "A field is unknown", "{field}: {reason}"),
    "missing_field": Entry(422, "A field is missing", "{field}: {reason}"),
    "unknown_provider": Entry(422, "The provider is unknown", "{field}: {reason}"),
    "unknown_plan": Entry(422, "The plan is unknown", "{field}: {reason}"),
    "does_not_match_plan": Entry(422, "This is not what the plan says", "{field}: {reason}"),
    "too_many": Entry(422, "Too many", "{field}: {reason}"),
    "idempotency_key_reused": Entry(
        422,
        "The key was used for another request",
        "This Idempotency-Key came with another body before. Use a new key for a new request.",
    ),
    "invalid_next": Entry(
        422, "This is not the next page", "{field}: it belongs to another caller or query."
    ),
    # One for every status: which of them a customer does not see is the policy's to say.
    "gone_pending": Entry(410, "The contract is not active yet", "It is not shown yet. " + _ASK),
    "gone_active": Entry(410, "The contract is active", "It is not shown online. " + _ASK),
    "gone_non_renewing": Entry(410, "The contract is cancelled", "It is no longer shown. " + _ASK),
    "gone_inactive": Entry(410, "The contract is switched off", "It is no longer shown. " + _ASK),
    "gone_expired": Entry(410, "The contract has expired", "It is no longer shown. " + _ASK),
    "gone_closed": Entry(410, "The contract is closed", "It has ended for good. " + _ASK),
    "expired": Entry(409, "The contract has expired", "It cannot be changed online. " + _ASK),
    "transferred_out": Entry(
        409,
        "The domain has moved away",
        "It is with another registrar since it was transferred out; nothing of it is left here.",
    ),
    "closed": Entry(409, "The contract is closed", "It has ended for good ({closed_reason})."),
    "not_expired": Entry(
        409, "The contract has not expired", "It is {status}; nothing to restore."
    ),
    "not_restorable": Entry(409, "It cannot be brought back", _ASK),
    "restoration_over": Entry(
        409,
        "It is too late to bring it back",
        "It went before {restorable_until} (provider: {provider_until}, registry: "
        "{registry_until}). " + _ASK,
    ),
    "order_wide": Entry(
        409,
        "The switch is the whole order's",
        "It covers all {contracts} contracts of order {order_id}. To have it for this one alone, "
        "let support detach it first, then switch it. " + _ASK,
    ),
    "follows_parent": Entry(
        409,
        "It follows another contract",
        "It goes on, ends and comes back with {parent_id}; see there.",
    ),
    "notice_period": Entry(
        409,
        "Too late for this term",
        "A cancellation comes at least {notice_days} days before the end {expires_on}; the last "
        "day was {last_day}. It can be cancelled again from {expires_on}, for the term after.",
    ),
    "cancelled": Entry(
        409,
        "The contract is cancelled",
        "It ends on {expires_on} and is not renewed; reactivate it first.",
    ),
    "expiry_differs": Entry(
        409, "It ends on another day", "It ends on {expires_on}; a renewal starts from there."
    ),
    "renewal_too_far": Entry(409, "That is too far ahead", "Nothing is paid for beyond {latest}."),
    "term_is_over": Entry(
        409, "That term would be over already", "It would end on {expires_on}. " + _ASK
    ),
    "notice_paid": Entry(
        409,
        "The notice is paid already",
        "The period from {period_start} was paid by {paid_by}; nothing is booked a second time.",
    ),
    "notice_annulled": Entry(
        409,
        "The notice is annulled",
        "The period from {period_start} is not renewed any more. " + _ASK,
    ),
    "not_reversible": Entry(
        409,
        "This cannot be taken back",
        "Only the last paid renewal of a contract that is not over can be, or what a warranty has "
        "laid out; the period from {period_start} is neither.",
    ),
    "too_many_to_foresee": Entry(
        409,
        "Too many contracts to look ahead",
        "What is collected from the same accounts is more than {most} contracts.",
    ),
    "not_yet": Entry(409, "Its day has not come", "It begins on {starts_on}."),
    "not_transferable": Entry(
        409, "This cannot be transferred", "A contract of kind {kind} has no name that moves."
    ),
    "not_active_yet": Entry(
        409, "It is not active yet", "It is {status}: it can be activated, or cancelled."
    ),
    "no_registry": Entry(
        409, "There is no registry behind it", "A contract of kind {kind} has no registry's date."
    ),
    "parent_closed": Entry(
        409, "Its parent is closed", "{parent_id} has ended for good; nothing is hung on it."
    ),
    "balance_too_small": Entry(
        409,
        "There is too little on the account",
        "{account_id} has {balance[amount]} {balance[currency]}, {needed[amount]} "
        "{needed[currency]} are needed: {short[amount]} {short[currency]} are short.",
    ),
    "other_currency": Entry(
        409, "The account has another currency", "{account_id} is kept in {currency}, not {other}."
    ),
    "reference_reused": Entry(
        409,
        "The reference stands for something else",
        "{reference} was booked with {booked[amount]} {booked[currency]} before.",
    ),
    "inactive": Entry(409, "The contract is switched off", _ASK),
    "ask_support": Entry(409, "Support does this for you", _ASK),
    "not_offered": Entry(409, "This is not offered", _ASK),
    "mode_not_offered": Entry(
        409, "This way of cancelling is not offered", "{mode} is not offered here, only: {modes}."
    ),
    "already_registered": Entry(
        409,
        "It is registered already",
        "{id} is there with other particulars (version {version}). A PUT does not change them.",
    ),
    "label_taken": Entry(
        409, "The name is taken", "{label} belongs to another contract as long as it has rights."
    ),
    "restore_instead": Entry(
        409,
        "The name is yours to restore",
        "{label} is kept for its former holder, contract {contract_id}, before "
        "{restorable_until}: restore that one.",
    ),
    "label_is_the_name": Entry(
        409, "The name cannot be changed", "{label} is the domain itself; register another one."
    ),
    "version_moved": Entry(
        409,
        "It has changed since you looked",
        "You looked at version {your_version}, now it is {version}. Read it again.",
    ),
    "plan_not_sold": Entry(
        409, "The plan is not sold any more", "{plan} goes on for those who have it."
    ),
    "other_kind": Entry(
        409,
        "The plan is for something else",
        "{plan} is a plan for {kind}; this contract is of kind {contract_kind}.",
    ),
    "plan_from_next_term": Entry(
        409,
        "The plan can be had from the next term on",
        "{plan} is newer than {policy}, under which this term began; from {available_from} on it "
        "can be had.",
    ),
    "same_plan": Entry(
        409, "That is the present plan", "The contract has {quantity} of {plan} already."
    ),
    "insufficient_remaining_days": Entry(
        409,
        "Too few days are left",
        "At least {required_days} days of the present contract are needed, {remaining_days} are "
        "left. Renew it first.",
    ),
    "cooldown": Entry(
        409,
        "The plan was changed a short time ago",
        "It was changed on {changed_on}, and can be again {cooldown_days} days after that, from "
        "{available_from}. Earlier only with one of these options: {allowed_now_with}.",
    ),
    "servers_to_remove": Entry(
        409,
        "Servers must be removed first",
        "{staying} servers would stay for a quantity of {quantity}: mark {to_remove} more for "
        "removal.",
    ),
    "servers_to_keep": Entry(
        409,
        "Too many servers are marked for removal",
        "Only {staying} servers would stay for a quantity of {quantity}: keep {to_keep} of those "
        "that are marked.",
    ),
    "nothing_to_convert": Entry(
        409,
        "There is no paid time to take along",
        "The value left becomes days on the new plan, and there is none to reckon with ({why}).",
    ),
    "change_too_far": Entry(
        409,
        "The new end would be too far ahead",
        "The value left makes {new_days} days; nothing ends after {latest}.",
    ),
    "change_waiting": Entry(
        409,
        "Another change waits for its code",
        "{change_id} waits until {valid_until} and lapses by itself then. Confirm that one, or "
        "ask again after it.",
    ),
    "change_lapsed": Entry(
        409,
        "The change has lapsed",
        "{change_id} was to be confirmed before {valid_until}; nothing was changed. Ask for a new "
        "quote.",
    ),
    "quote_outdated": Entry(
        409,
        "The quote does not hold any more",
        "Something it was made from has moved. There is a new one: {quote[id]}.",
    ),
    "wrong_code": Entry(
        409,
        "The code is wrong",
        "It is not the code that was mailed for this change. {tries_left} more tries are left "
        "today.",
    ),
    "code_locked": Entry(
        409,
        "Too many wrong codes",
        "After {most} wrong codes no other is taken until {available_from}.",
    ),
    "too_many_codes": Entry(
        409,
        "Too many codes were sent",
        "{most} were sent today; the next can be from {available_from}.",
    ),
    **OF_TICKETS,
    "another_preview": Entry(
        409,
        "The preview is of another run",
        "It is of the job {job} as of {as_of}, and of what its caller is staff of. Ask for that "
        "run, or for a preview of this one.",
    ),
    "preview_not_ready": Entry(
        409,
        "The preview is not whole yet",
        "GET /job-runs/{preview_id} says how far it is; once it is done, its run can be asked for. "
        "Of one that has failed, ask for another.",
    ),
    "run_not_held": Entry(
        409,
        "Nothing waits for a release",
        "The run is {status}. Only one that is held can be released.",
    ),
    "as_of_in_future": Entry(
        409, "The day has not come", "as_of {as_of} is later than now, {now}. Use dry_run=true."
    ),
    "still_broken": Entry(409, "The record is still broken", "{reason}"),
    "busy": Entry(
        409, "Others are changing it", "The same thing is being changed right now; try again."
    ),
    "broken_record": Entry(
        500, "A record needs a person", "The stored record cannot be read; a person has to mend it."
    ),
    # What the gateway says before a function is asked; its texts stand in template.yaml.
    "bad_request": Entry(400, "The request cannot be served", "{reason}"),
    "forbidden": Entry(403, "Forbidden", "This is not allowed with this token."),
    "throttled": Entry(429, "Too many requests", "Try again in a moment."),
    "timeout": Entry(504, "Too late", "Trying again is safe with the same Idempotency-Key."),
    "internal": Entry(500, "Our mistake", "Nothing was changed by this request as far as we know."),
}
