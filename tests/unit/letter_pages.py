"""A letter's page, read as strictly as it is written."""

from html.parser import HTMLParser

from tacit.runtime.letters import Letter


class Page(HTMLParser):
    """A page as a mail program reads it; an element left open or never opened is an error."""

    def __init__(self, written: Letter) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.links: list[str] = []
        self.language = ""
        self.paragraphs: list[str] = []
        self.feed(written.html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        self.open.append(tag)
        given = dict(attrs)
        assert set(given) <= {"lang", "charset", "style", "href"}
        self.language = given.get("lang") or self.language
        if tag == "p":
            self.paragraphs.append("")
        if tag == "a":
            self.links.append(given["href"] or "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert (tag, attrs) in (("meta", [("charset", "utf-8")]), ("br", []))
        if tag == "br":
            self.paragraphs[-1] += "\n"

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "p" in self.open:
            self.paragraphs[-1] += data
