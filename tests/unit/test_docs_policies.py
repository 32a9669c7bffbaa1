"""docs/policies.md explains exactly the fields that the reader of policies takes."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tacit.domain import policy_form
from tacit.domain.policy_form import read_policy

PAGE = Path(__file__).resolve().parents[2] / "docs" / "policies.md"
ROW = re.compile(r"^\| `([^`]+)` \| (\S*)", re.MULTILINE)


def example() -> dict[str, Any]:
    (block,) = re.findall(r"^```toml\n(.*?)^```", PAGE.read_text("utf-8"), re.M | re.S)
    return tomllib.loads(block)


def documented() -> dict[str, str]:
    """Each field with the default that the page gives it, empty where it must be there."""
    return {name: default.strip("`|") for name, default in ROW.findall(PAGE.read_text("utf-8"))}


def general(path: str) -> str:
    """`kinds.domain.lives[0].tlds` as the page writes it."""
    path = re.sub(r"\[\d+]", "[]", path)
    path = re.sub(r"^kinds\.[^.]+", "kinds.<kind>", path)
    path = re.sub(r"^actions\.[^.]+", "actions.<action>", path)
    return re.sub(r"^messages\.[^.]+", "messages.<message>", path)


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Every field the reader asks for while it reads the example, there or not."""
    found: set[str] = set()
    real = policy_form._Table.take

    def recorded(self: Any, name: str, *args: Any) -> Any:
        found.add(general(self.at(name)))
        return real(self, name, *args)

    monkeypatch.setattr(policy_form._Table, "take", recorded)
    read_policy(example())
    return found


def test_every_field_the_reader_takes_is_explained(taken: set[str]) -> None:
    assert taken - documented().keys() == set()


def test_every_field_that_is_explained_is_taken(taken: set[str]) -> None:
    families = {"kinds.<kind>", "actions.<action>"}
    assert documented().keys() - taken == families


def test_the_example_uses_every_field() -> None:
    used: set[str] = set()

    def walk(value: Any, path: str) -> None:
        if isinstance(value, dict):
            for name, inner in value.items():
                used.add(general(f"{path}.{name}" if path else name))
                walk(inner, f"{path}.{name}" if path else name)
        elif isinstance(value, list):
            for number, inner in enumerate(value):
                walk(inner, f"{path}[{number}]")

    walk(example(), "")
    assert documented().keys() - used == set()


def test_a_field_without_a_default_must_be_there_and_only_such_a_field() -> None:
    for field, default in documented().items():
        if not field.endswith(">"):
            assert is_missed(without(example(), field)) is (default == ""), field


def without(value: Any, field: str, path: str = "") -> Any:
    """The same value, with the field taken out wherever it is."""
    if isinstance(value, list):
        return [without(each, field, f"{path}[{number}]") for number, each in enumerate(value)]
    if not isinstance(value, dict):
        return value
    paths = {name: f"{path}.{name}" if path else name for name in value}
    kept = {name for name in value if general(paths[name]) != field}
    return {name: without(value[name], field, paths[name]) for name in value if name in kept}


def is_missed(data: dict[str, Any]) -> bool:
    """Whether the reader misses a field; that others do not fit without it is not its fault."""
    try:
        read_policy(data)
    except policy_form.PolicyError as error:
        return str(error).endswith("is missing")
    return False
