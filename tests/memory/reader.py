"""An expression's text, read word by word: placeholders, paths and operands."""

import re
from collections.abc import Mapping
from functools import cache
from typing import NoReturn

from moto.dynamodb.parsing.reserved_keywords import ReservedKeywords

from tests.memory.nodes import Given, Operand, Path, Size
from tests.memory.refusals import Refusal, invalid

_TOKEN = re.compile(r"\s*(#\w+|:\w+|[A-Za-z_]\w*|\d+|<>|<=|>=|[-=<>(),.\[\]+])")


class Reader:
    """An expression from its first word to its last; keeps which placeholders were met."""

    def __init__(self, text: str, names: Mapping[str, str], what: str) -> None:
        self._text, self._what = text, what
        self._words = self._split()
        self._at = 0
        self._names = names
        self.looked_into: set[str] = set()
        self.names_used: set[str] = set()
        self.values_used: set[str] = set()

    def _split(self) -> list[str]:
        words, at, text = [], 0, self._text.rstrip()
        while at < len(text):
            found = _TOKEN.match(text, at)
            if found is None:
                self.wrong(text[at:])
            words.append(found[1])
            at = found.end()
        return words

    @property
    def next(self) -> str:
        """The word ahead, "" at the end; a keyword is compared in capitals."""
        return self._words[self._at] if self._at < len(self._words) else ""

    def ahead(self, word: str) -> bool:
        return self.next.upper() == word

    def take(self, *words: str) -> bool:
        """Whether one of them comes next, and past it."""
        found = self.next.upper() in words
        self._at += found
        return found

    def need(self, word: str) -> None:
        if not self.take(word):
            self.wrong(self.next)

    def wrong(self, at: str) -> NoReturn:
        raise invalid(f'Invalid {self._what}: Syntax error; token: "{at or "<EOF>"}"')

    def word(self) -> str:
        found = self.next
        if not found:
            self.wrong(found)
        self._at += 1
        return found

    def path(self) -> Path:
        root = self._name()
        steps: list[str | int] = [root]
        if self.next in (".", "["):
            self.looked_into.add(root)
        while self.next in (".", "["):
            if self.take("."):
                steps.append(self._name())
                continue
            self.need("[")
            number = self.word()
            if not number.isdigit():
                self.wrong(number)
            steps.append(int(number))
            self.need("]")
        return Path(tuple(steps))

    def _name(self) -> str:
        word = self.word()
        if word.startswith("#"):
            if word not in self._names:
                raise self._undefined("name", word)
            self.names_used.add(word)
            return self._names[word]
        if not (word[0].isalpha() or word[0] == "_"):
            self.wrong(word)
        if word.upper() in _reserved():
            raise invalid(
                f"Invalid {self._what}: Attribute name is a reserved keyword; "
                f"reserved keyword: {word}"
            )
        return word

    def given(self) -> Given:
        word = self.word()
        if not word.startswith(":"):
            self.wrong(word)
        self.values_used.add(word)
        return Given(word)

    def operand(self) -> Operand:
        if self.next.startswith(":"):
            return self.given()
        if self.next == "size" and self._words[self._at + 1 : self._at + 2] == ["("]:
            self.word()
            self.need("(")
            path = self.path()
            self.need(")")
            return Size(path)
        return self.path()

    def _undefined(self, kind: str, word: str) -> Refusal:
        return invalid(
            f"Invalid {self._what}: An expression attribute {kind} used in the document path is "
            f"not defined; attribute {kind}: {word}"
        )

    def end(self) -> None:
        if self.next:
            self.wrong(self.next)


@cache
def _reserved() -> frozenset[str]:
    return frozenset(ReservedKeywords.get_reserved_keywords())
