"""The texts of the messages, one TOML file per language; a locale without one reads English."""

import tomllib
from functools import cache
from pathlib import Path
from string import Template

FALLBACK = "en"
_HERE = Path(__file__).parent


@cache
def languages() -> frozenset[str]:
    return frozenset(file.stem for file in _HERE.glob("*.toml"))


@cache
def _texts(language: str) -> dict[str, dict[str, str]]:
    return tomllib.loads((_HERE / f"{language}.toml").read_text("utf-8"))


def kinds(language: str) -> frozenset[str]:
    return frozenset(_texts(language))


def letter(kind: str, locale: str, values: dict[str, str]) -> tuple[str, str]:
    """Subject and text in the reader's language. Raises KeyError for a text that is missing:
    a message with a gap in it is worse than one that is looked after by a person."""
    language = locale.split("-")[0]
    texts = _texts(language if language in languages() else FALLBACK)[kind]
    subject = Template(texts["subject"]).substitute(values)
    return " ".join(subject.split()), Template(texts["text"]).substitute(values)
