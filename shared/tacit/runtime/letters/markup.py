"""A letter as HTML: one plain column that every mail program can show, styles in place."""

import re
from collections.abc import Iterable
from html import escape as escaped

_WEB = re.compile(r"https?://[!#-;=?-~]+")  # printable ASCII without blank, quote and brackets
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+", re.ASCII)
_BODY = "margin:0;padding:24px;background:#ffffff;color:#222"
# A long word is broken where it has to be, so that none makes the column wider than a screen.
_COLUMN = (
    "max-width:600px;overflow-wrap:anywhere;"
    "font-family:Helvetica,Arial,sans-serif;font-size:16px;line-height:1.5"
)
_PARAGRAPH = "margin:0 0 16px"
_LINK = "color:#0b5394"

__all__ = ["broken", "escaped", "linked", "page"]


def linked(text: str) -> str:
    """A link where the text is a web or a mail address and nothing else; otherwise the text."""
    shown = escaped(text)
    if _WEB.fullmatch(text):
        return f'<a href="{shown}" style="{_LINK}">{shown}</a>'
    if _MAIL.fullmatch(text):
        return f'<a href="mailto:{shown}" style="{_LINK}">{shown}</a>'
    return shown


def broken(lines: Iterable[str]) -> str:
    """Plain lines one under the other."""
    return "<br/>".join(escaped(line) for line in lines)


def page(language: str, title: str, paragraphs: Iterable[str]) -> str:
    """The page around the paragraphs, which are markup already; `title` is not."""
    column = "\n".join(f'<p style="{_PARAGRAPH}">{each}</p>' for each in paragraphs)
    return (
        f'<!DOCTYPE html>\n<html lang="{language}">\n'
        f'<head><meta charset="utf-8"/><title>{escaped(title)}</title></head>\n'
        f'<body style="{_BODY}">\n<div style="{_COLUMN}">\n{column}\n</div>\n</body>\n</html>\n'
    )
