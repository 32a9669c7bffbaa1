"""Reading the facts about registries into values; what is not written there stays unknown.

A field that is left over is an error, and so is an entry without a source.
"""

from collections.abc import Mapping

from tacit.domain.days import Length, Unit
from tacit.domain.registries import Confidence, Registry, Step, StepAnchor
from tacit.domain.table_form import FormError, Table


def read_registries(data: Mapping[str, object]) -> dict[str, Registry]:
    """Every entry under each of its names, from the parsed TOML; raises FormError."""
    found: dict[str, Registry] = {}
    with Table(data, "").whole() as top:
        for row in top.rows("registries"):
            registry = _registry(row)
            if twice := registry.names & found.keys():
                raise FormError(f"{row.at('names')}: {min(twice)!r} is there twice")
            found.update(dict.fromkeys(registry.names, registry))
    return found


def _registry(table: Table) -> Registry:
    with table.whole():
        least: int | None = table.number("least_years", 1, None)
        most: int | None = table.number("most_years", least or 1, None)
        return Registry(
            names=frozenset(_names(table)),
            steps=tuple(_step(row) for row in table.rows("steps")),
            least_years=least,
            most_years=most,
            sources=tuple(_some(table, "sources")),
            confidence=table.one_of("confidence", Confidence),
            note=table.take("note", str, ""),
        )


def _names(table: Table) -> list[str]:
    """A name in any other spelling would never be found, and its limits never hold."""
    names = _some(table, "names")
    for name in names:
        if name != name.lower().strip(". "):
            raise FormError(f"{table.at('names')}: {name!r} is written small and without its dot")
    return names


def _some(table: Table, field: str) -> list[str]:
    words = table.words(field)
    if not words or not all(words):
        raise FormError(f"{table.at(field)}: there must be at least one, and none empty")
    return words


def _step(table: Table) -> Step:
    with table.whole():
        return Step(
            name=table.take("name", str),
            length=_length(table),
            anchor=table.one_of("anchor", StepAnchor, StepAnchor.PREVIOUS),
            restorable=table.take("restorable", bool),
            served=table.take("served", bool, None),
            counts_first_day=table.take("counts_first_day", bool, False),
            weekend_only=table.take("weekend_only", bool, False),
        )


def _length(table: Table) -> Length | None:
    """In one unit, or in none: then it is unknown."""
    given = [
        Length(unit, count) for unit in Unit if (count := table.number(unit, 1, None)) is not None
    ]
    if len(given) > 1:
        raise FormError(f"{table.at(given[1].unit)}: give one length, in one unit")
    return given[0] if given else None
