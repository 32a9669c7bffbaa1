"""What expressions are made of, once they are read."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Path:
    """A place in an item: its attribute, then names of maps and numbers in lists."""

    steps: tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Given:
    """A value that comes along with the expression, by its placeholder."""

    name: str


@dataclass(frozen=True, slots=True)
class Size:
    of: Path


Operand = Path | Given | Size


@dataclass(frozen=True, slots=True)
class Compare:
    sign: str
    left: Operand
    right: Operand


@dataclass(frozen=True, slots=True)
class Between:
    value: Operand
    low: Operand
    high: Operand


@dataclass(frozen=True, slots=True)
class Among:
    value: Operand
    options: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class Function:
    name: str
    arguments: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class Both:
    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class Either:
    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class Opposite:
    of: "Node"


Node = Compare | Between | Among | Function | Both | Either | Opposite
