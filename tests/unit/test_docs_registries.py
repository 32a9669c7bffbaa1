"""docs/registries.md explains exactly the fields that the reader of registries takes."""

from datetime import date

from tacit.domain.registries import last_restorable, steps_of
from tacit.domain.registry_form import read_registries
from tests.unit.field_pages import FieldPage

PAGE = FieldPage("registries.md", read_registries)


def test_the_fields_that_are_explained_are_those_the_reader_takes() -> None:
    assert PAGE.documented().keys() == PAGE.taken()


def test_the_example_uses_every_field() -> None:
    assert PAGE.used() == PAGE.documented().keys()


def test_a_field_without_a_default_must_be_there_and_only_such_a_field() -> None:
    for field, default in PAGE.documented().items():
        assert PAGE.misses(field) is (default == ""), field


def test_the_days_that_the_page_gives_for_its_example_are_right() -> None:
    entry = read_registries(PAGE.example())["co.example"]
    dated = steps_of(entry, date(2025, 3, 31))
    assert [str(each.ends_on) for each in dated] == [
        "2025-04-29",
        "2025-04-29",
        "2025-06-29",
        "None",
    ]
    assert last_restorable(entry, date(2025, 3, 31)) == date(2025, 6, 29)
