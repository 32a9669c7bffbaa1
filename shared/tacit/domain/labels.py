"""A domain's name as a label: how it is written, and in which form it is compared."""

import re

from tacit.domain.refusals import Invalid

_PART = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)\Z", re.ASCII)


# Full stops of other scripts, which the domain name system reads as dots.
_DOTS = str.maketrans("\u3002\uff0e\uff61", "...")
# What the older and the newer standard of international names read differently.
_AMBIGUOUS = frozenset("ß\u03c2\u200c\u200d")


def domain_name(label: str) -> str:
    """The name in lower case; raises Invalid where it is no domain name."""
    name = label.translate(_DOTS).lower().rstrip(".")
    parts = registered_form(name).split(".")
    if len(parts) < 2 or not all(_PART.match(part) for part in parts):
        raise Invalid("label", "a domain name is written like example.ch")
    return name


def tld_of(name: str) -> str:
    """The extension: everything behind the first dot, so that example.org.nz is in org.nz."""
    return name.split(".", 1)[1]


def registered_form(name: str) -> str:
    """The name as registries compare it: `müller.ch` and `xn--mller-kva.ch` are one name.

    Python's codec follows the older standard. Where the newer one reads a sign differently, the
    name is taken in its registered spelling only, so that nobody gets two claims on one name.
    """
    if name.isascii():
        return name.lower()
    if ambiguous := _AMBIGUOUS & set(name):
        raise Invalid("label", f"write it as registered (xn--…): {min(ambiguous)!r} is ambiguous")
    try:
        return name.encode("idna").decode("ascii").lower()
    except UnicodeError:
        raise Invalid("label", "a domain name is written like example.ch") from None
