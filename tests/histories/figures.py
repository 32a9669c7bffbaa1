"""The rulebook's numbers by provider, copied by hand: the model never reads a policy file.

`second` is a version that appears in the middle of a history: dearer, less patient, and with
another window after the end. `changes_of_second` says so to a file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

DEARER = 500  # minor units, of every price that is not nothing


@dataclass(frozen=True)
class Window:
    """What comes after the end: so many days or months since "expiry", since the "registry"'s
    expiry or since the "act" of ending it; None: without end. `back`: it can be brought back
    meanwhile, for `fee` and a term; `online`: by the holder himself."""

    count: int | None
    unit: str = "days"
    since: str = "expiry"
    back: bool = True
    online: bool = True
    fee: int = 0


@dataclass(frozen=True)
class Plan:
    kind: str
    price: int
    months: int = 12
    tld: str | None = None
    tier: str | None = None
    trial: int = 0
    sold: bool = True
    percent: int = 0  # off, for a term of many months paid ahead (R9)


@dataclass(frozen=True)
class Figures:
    """One version. `windows` by kind and extension, or by kind and None for all others; a kind
    without one is closed at its end. `limits`: so many days after the registry's expiry nobody
    brings the name back (G9). `at_once`: what can be cancelled at once, and becomes what.
    `sees_expired`: whether parties still see what has expired (K4, I13)."""

    provider: str
    zone: str
    currency: str
    plans: Mapping[str, Plan]
    windows: Mapping[tuple[str, str | None], Window]
    at_once: Mapping[str, str] = field(default_factory=dict)
    transfers: bool = True
    money_back: frozenset[str] = frozenset()
    warranty: frozenset[str] = frozenset()
    priority: tuple[tuple[str, ...], ...] = ()
    noticed_days: tuple[int, ...] = ()
    lead: int = 30
    patience: int = 14
    told: int = 14  # days that an end told late still leaves (G15)
    sees_expired: bool = True

    def window(self, kind: str, tld: str | None) -> Window | None:
        return self.windows.get((kind, tld)) or self.windows.get((kind, None))

    def rank(self, kind: str) -> int:
        for number, kinds in enumerate(self.priority):
            if kind in kinds:
                return number
        return len(self.priority)


LIMITS = {"ch": 40, "com": 75, "org.nz": 134, "se": 70, "ru": 30}
SHIFTED = {"ru"}  # to the second working day after it, where the limit is a day off

KREATIVMEDIA = Figures(
    "kreativmedia",
    "Europe/Zurich",
    "CHF",
    {
        "domain-ch": Plan("domain", 2400, tld="ch"),
        "domain-com": Plan("domain", 1900, tld="com"),
        "hosting-start": Plan("hosting", 11880),
        "mailbox": Plan("other", 3600),
    },
    {
        ("domain", "ch"): Window(40, online=False, fee=12000),
        ("domain", None): Window(30, online=False, fee=12000),
        ("hosting", None): Window(30, online=False),
        ("other", None): Window(None, online=False),
    },
    sees_expired=False,
)
SVENSKA = Figures(
    "svenska-domaner",
    "Europe/Stockholm",
    "SEK",
    {
        "premium-domain": Plan("domain", 24900, tier="premium"),
        "budget-domain": Plan("domain", 12900, tier="budget"),
        "premium-domain-3": Plan("domain", 6900, 3, tier="premium", sold=False),
        "mail-addon": Plan("addon", 19900),
        "free-domain-account": Plan("addon", 0, sold=False),
    },
    {
        ("domain", None): Window(3, "months", "registry"),
        ("addon", None): Window(30, since="act"),
    },
    at_once={"domain": "inactive", "addon": "over"},
)
INFOMANIAK = Figures(
    "infomaniak",
    "Europe/Zurich",
    "CHF",
    {
        "domain-ch": Plan("domain", 1350, tld="ch"),
        "domain-com": Plan("domain", 1750, tld="com"),
    },
    {("domain", "ch"): Window(40, fee=6000), ("domain", None): Window(30, fee=9500)},
    warranty=frozenset({"domain"}),
    noticed_days=(-30, -7, 3),
)
REGISTRAR = Figures(
    "registrar-ru",
    "Europe/Moscow",
    "RUB",
    {
        "domain-ru": Plan("domain", 20000, tld="ru"),
        "hosting-1": Plan("hosting", 15000, 1, trial=10),
        "hosting-12": Plan("hosting", 180000, trial=10, percent=10),
        "vps-1": Plan("vps", 90000),
        "ssl-certificate": Plan("other", 80000),
    },
    {("domain", None): Window(30)},
    at_once={"hosting": "over", "vps": "over", "other": "over"},
    money_back=frozenset({"hosting", "vps", "other"}),
    priority=(("domain",), ("hosting", "vps", "other")),
)
KRIAX = Figures(
    "kriax",
    "Europe/Paris",
    "EUR",
    {
        "vps-xs": Plan("vps", 500, sold=False),
        "vps-s": Plan("vps", 1000),
        "vps-m": Plan("vps", 2000),
        "vps-l": Plan("vps", 4000),
        "voice-server": Plan("other", 3000),
    },
    {("vps", None): Window(14, back=False)},
    at_once={"vps": "over"},
    transfers=False,
    money_back=frozenset({"vps"}),
)
FIRST = {each.provider: each for each in (KREATIVMEDIA, SVENSKA, INFOMANIAK, REGISTRAR, KRIAX)}

# Of each provider the window that its second version shortens, and where its file has it.
_SHORTER: Mapping[str, tuple[tuple[str, str | None], int, str]] = {
    "kreativmedia": (("hosting", None), 20, "kinds.hosting.lives.0.phases.0.days"),
    "svenska-domaner": (("addon", None), 20, "kinds.addon.lives.0.phases.0.days"),
    "infomaniak": (("domain", "ch"), 35, "kinds.domain.lives.0.phases.0.days"),
    "registrar-ru": (("domain", None), 25, "kinds.domain.lives.0.phases.0.days"),
    "kriax": (("vps", None), 10, "kinds.vps.lives.0.phases.0.days"),
}
_PATIENCE = 10


def second(first: Figures) -> Figures:
    place, days, _ = _SHORTER[first.provider]
    plans = {
        name: replace(plan, price=plan.price + DEARER if plan.price else 0)
        for name, plan in first.plans.items()
    }
    windows = {**first.windows, place: replace(first.windows[place], count=days)}
    return replace(first, plans=plans, windows=windows, patience=_PATIENCE)


def changes_of_second(provider: str, plans: list[Mapping[str, Any]]) -> dict[str, Any]:
    """For the copy of a policy file, whose plans are these."""
    _, days, path = _SHORTER[provider]
    changes: dict[str, Any] = {path: days, "renewal.patience_days": _PATIENCE}
    known = second(FIRST[provider]).plans
    for number, plan in enumerate(plans):
        price = known[plan["id"]].price
        changes[f"plans.{number}.price"] = f"{price // 100}.{price % 100:02d}"
    return changes


def figures(policy: str) -> Figures:
    """Of "provider/version"."""
    provider, _, version = policy.partition("/")
    first = FIRST[provider]
    return first if version == "1" else second(first)
