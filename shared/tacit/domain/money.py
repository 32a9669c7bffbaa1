"""Money is an integer of minor units with its currency; it is never a float."""

import re
from dataclasses import dataclass
from typing import Self

# ISO 4217: a currency not listed has two decimals.
_OTHERS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
_EXPONENTS = {name: exponent for exponent, names in _OTHERS.items() for name in names.split()}
_AMOUNT = re.compile(r"(-?)(\d{1,12})(?:\.(\d{1,4}))?\Z", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}\Z", re.ASCII)


class NotMoney(ValueError):
    """A text that is no amount of the currency; the message says why."""


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """`minor` units (cents, rappen, öre) of `currency` (ISO 4217, upper case)."""

    minor: int
    currency: str

    @classmethod
    def parse(cls, amount: str, currency: str) -> Self:
        """Read "24.00"; raises NotMoney for anything that is not exactly an amount."""
        if not _CURRENCY.match(currency):
            raise NotMoney("a currency is three capital letters, such as CHF")
        found = _AMOUNT.match(amount)
        exponent = _EXPONENTS.get(currency, 2)
        if not found:
            raise NotMoney('an amount is written like "24.00", with at most 12 digits')
        sign, whole, fraction = found[1], found[2], found[3] or ""
        if len(fraction) > exponent:
            raise NotMoney(f"{currency} has {exponent} decimals, not {len(fraction)}")
        minor = int(whole) * 10**exponent + int(fraction.ljust(exponent, "0") or "0")
        return cls(-minor if sign else minor, currency)

    @property
    def amount(self) -> str:
        """The amount as text with all its decimals, "24.00"."""
        exponent = _EXPONENTS.get(self.currency, 2)
        sign = "-" if self.minor < 0 else ""
        whole, fraction = divmod(abs(self.minor), 10**exponent)
        return f"{sign}{whole}.{fraction:0{exponent}d}" if exponent else f"{sign}{whole}"
