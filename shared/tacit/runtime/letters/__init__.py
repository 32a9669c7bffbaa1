"""The letters: a subject, a text and the same as HTML, from one TOML file per language.

A locale without a file of its own reads English. A file says how its language writes what is put
in, and then the letters by kind; the one to staff is called `<kind>_staff`:

    either = "or"         between two ways to reach somebody
    [date]                the names of the `months`, and `first` for the first day of one
    [words.<value>]       how this language calls what a policy calls "grace"; a word that is
                          missing counts as absent
    [letters.<kind>]      `subject`, one line, and `text`

In a text an empty line ends a paragraph, any other line end is a blank, and `$name` stands for a
value. A line that begins with `?` is said on a condition, so that what is not known leaves no
hole: `?last_day !online|` wants `last_day` to be there and `online` to be absent.

A value is one line, but for what a person `Typed`: alone in a paragraph it keeps its own paragraphs
and line ends, anywhere else it is one line like the others.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import groupby
from pathlib import Path
from string import Template
from typing import Any

from tacit.runtime.letters.markup import broken, escaped, linked, page

FALLBACK = "en"
_HERE = Path(__file__).parent
# Control characters, and those that turn the direction in which what follows is read.
_CONTROLS = dict.fromkeys(
    [*range(32), *range(127, 160), *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
)


@dataclass(frozen=True, slots=True)
class Typed:
    """What a person typed: plain text, and nothing in it is markup."""

    text: str

    def blocks(self) -> list[list[str]]:
        """Its paragraphs, line by line, without empty lines and control characters."""
        lines = map(_one_line, self.text.splitlines())
        return [list(block) for said, block in groupby(lines, key=bool) if said]


# What a letter is told: a text, a day, ways to reach somebody, what a person typed, or a yes that
# conditions ask for. Nothing, an empty text and a no are absent.
Value = str | date | tuple[str, ...] | Typed | bool | None


@dataclass(frozen=True, slots=True)
class Letter:
    """`subject` is one line, `text` plain, `html` a whole page."""

    subject: str
    text: str
    html: str


@cache
def languages() -> frozenset[str]:
    return frozenset(file.stem for file in _HERE.glob("*.toml"))


@cache
def _texts(language: str) -> dict[str, Any]:
    return tomllib.loads((_HERE / f"{language}.toml").read_text("utf-8"))


def kinds(language: str) -> frozenset[str]:
    return frozenset(_texts(language)["letters"])


def letter(kind: str, locale: str, values: Mapping[str, Value]) -> Letter:
    """The letter in the reader's language. Raises KeyError for a letter that is missing, a value
    that nobody knows, or one that is absent where it is said: a message with a gap in it is worse
    than one that is looked after by a person."""
    language = locale.split("-")[0]
    language = language if language in languages() else FALLBACK
    texts = _texts(language)
    plain, marked = {}, {}
    for name, value in values.items():
        if spoken := _spoken(name, value, texts):
            plain[name], marked[name] = spoken
    there = {name: value is True or name in plain for name, value in values.items()}
    written = texts["letters"][kind]
    subject = _as_it_stands(Template(written["subject"]).substitute(plain))
    said, shown = [], []
    for paragraph in _paragraphs(written["text"], there):
        alone = values.get(paragraph[1:]) if paragraph.startswith("$") else None
        if isinstance(alone, Typed) and alone.blocks():
            said += ["\n".join(lines) for lines in alone.blocks()]
            shown += [broken(lines) for lines in alone.blocks()]
        else:
            said.append(Template(paragraph).substitute(plain))
            shown.append(Template(escaped(paragraph)).substitute(marked))
    return Letter(subject, "\n\n".join(said) + "\n", page(language, subject, shown))


def _spoken(name: str, value: Value, texts: Mapping[str, Any]) -> tuple[str, str] | None:
    """A value as it is written, plain and in HTML; None where there is nothing to write."""
    if isinstance(value, tuple):
        either = f" {texts['either']} "
        ways = [_one_line(way) for way in value]
        text, markup = either.join(ways), escaped(either).join(linked(way) for way in ways)
    elif isinstance(value, date):
        text = _day(value, texts["date"])
        markup = escaped(text)
    elif isinstance(value, Typed):
        text = _one_line(value.text)
        markup = escaped(text)
    elif isinstance(value, str):
        text = _one_line(texts["words"].get(name, {value: value}).get(value, ""))
        markup = escaped(text)
    else:
        return None
    return (text, markup) if text else None


def _one_line(text: str) -> str:
    """Without line ends and control characters: nothing that is put in can start a header, a
    paragraph or a page of its own."""
    return " ".join(text.split()).translate(_CONTROLS)


def _as_it_stands(subject: str) -> str:
    """What looks like an encoded word (RFC 2047) would be shown as what it stands for, which may
    be any characters at all."""
    return subject.replace("=?", "= ?")


def _day(day: date, how: Mapping[str, Any]) -> str:
    """A day as people write it: 15 janvier 2026, 1er mars 2026."""
    number = how["first"] if day.day == 1 else day.day
    return f"{number} {how['months'][day.month - 1]} {day.year}"


def _paragraphs(text: str, there: Mapping[str, bool]) -> Iterator[str]:
    for block in text.strip().split("\n\n"):
        if paragraph := " ".join(filter(None, (_line(line, there) for line in block.splitlines()))):
            yield paragraph


def _line(line: str, there: Mapping[str, bool]) -> str:
    """What is left of a line once its condition is looked at."""
    if not line.startswith("?"):
        return line
    condition, _, said = line[1:].partition("|")
    holds = (there[word.removeprefix("!")] != word.startswith("!") for word in condition.split())
    return said if all(holds) else ""
