"""README and docs name what is there: parameters, doors, targets, files, and nothing else."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.tables import template

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
PAGES = [README, ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


def read(page: Path) -> str:
    return page.read_text("utf-8")


def doors() -> Iterator[str]:
    """`GET /contracts/{id}` for each route of the template."""
    for resource in template()["Resources"].values():
        for event in resource.get("Properties", {}).get("Events", {}).values():
            if event["Type"] == "Api":
                asked: dict[str, Any] = event["Properties"]
                yield f"{asked['Method'].upper()} {asked['Path']}"


def test_the_readme_lists_every_parameter_with_its_default() -> None:
    rows = re.findall(r"^\| `([A-Z]\w+)` \| (\S+) \|", read(README), re.MULTILINE)
    listed = {name: "" if default == "empty" else default.strip("`") for name, default in rows}
    parameters = template()["Parameters"].items()
    assert listed == {name: str(parameter["Default"]) for name, parameter in parameters}


def test_keys_names_every_door_and_no_other() -> None:
    table = read(ROOT / "docs" / "keys.md").partition("## What each door")[2]
    named = set(
        re.findall(r"`((?:GET|PUT|POST|PATCH|DELETE) /[^`?]*)`", table.partition("\n## ")[0])
    )
    assert named == set(doors())


def test_keys_names_every_index() -> None:
    indexes = template()["Resources"]["TacitTable"]["Properties"]["GlobalSecondaryIndexes"]
    table = read(ROOT / "docs" / "keys.md").partition("## Indexes")[2].partition("\n## ")[0]
    assert re.findall(r"^\| `(\w+)`", table, re.MULTILINE) == [i["IndexName"] for i in indexes]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_files_that_are_there(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", read(page)):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_make_targets_and_samples_that_are_named_exist(page: Path) -> None:
    known = set(re.findall(r"^([a-z0-9-]+):", read(ROOT / "Makefile"), re.MULTILINE))
    text = read(page)
    assert set(re.findall(r"(?:`|^|\()make ([a-z][a-z0-9-]*)", text, re.MULTILINE)) <= known
    for event in re.findall(r"EVENT=(\S+\.json)", text):
        assert (ROOT / event).exists(), event


def test_every_page_can_be_reached_from_the_readme() -> None:
    decisions = ROOT / "docs" / "decisions"
    for page in (ROOT / "docs").glob("*.md"):
        assert f"(docs/{page.name})" in read(README), page.name
    for page in decisions.glob("[0-9]*.md"):
        assert f"({page.name})" in read(decisions / "README.md"), page.name


def test_the_changelog_is_of_this_version() -> None:
    version = re.search(r'^version = "(.+)"', read(ROOT / "pyproject.toml"), re.MULTILINE)
    assert version is not None
    assert f"## [Unreleased] {version[1]}" in read(ROOT / "CHANGELOG.md")
