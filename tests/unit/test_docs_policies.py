"""docs/policies.md explains exactly the fields that the reader of policies takes."""

import re

from tacit.domain.policy_form import read_policy
from tests.unit.field_pages import FieldPage


def general(path: str) -> str:
    """`kinds.domain.lives[].tlds` as the page writes it."""
    path = re.sub(r"^kinds\.[^.]+", "kinds.<kind>", path)
    path = re.sub(r"^actions\.[^.]+", "actions.<action>", path)
    return re.sub(r"^(.*\bstaff_)?messages\.[^.]+", r"\1messages.<message>", path)


PAGE = FieldPage("policies.md", read_policy, general)


def test_every_field_the_reader_takes_is_explained() -> None:
    assert PAGE.taken() - PAGE.documented().keys() == set()


def test_every_field_that_is_explained_is_taken() -> None:
    families = {"kinds.<kind>", "actions.<action>"}
    assert PAGE.documented().keys() - PAGE.taken() == families


def test_the_example_uses_every_field() -> None:
    assert PAGE.documented().keys() - PAGE.used() == set()


def test_a_field_without_a_default_must_be_there_and_only_such_a_field() -> None:
    for field, default in PAGE.documented().items():
        if not field.endswith(">"):
            assert PAGE.misses(field) is (default == ""), field
