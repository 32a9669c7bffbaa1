"""docs/errors.md is what the error table in code says."""

from local.errors_page import PAGE, page
from tacit.runtime.problem_table import PROBLEMS


def test_the_page_is_made_from_the_table() -> None:
    assert PAGE.read_text("utf-8") == page(), "run `python -m local.errors_page`"


def test_the_page_names_every_code_with_its_status() -> None:
    text = PAGE.read_text("utf-8")
    for code, entry in PROBLEMS.items():
        assert f"| {entry.status} | `{code.removeprefix('gone_')}` |" in text
