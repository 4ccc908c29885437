"""Reads a pane's HTML back: tags must balance, and only those that the views write may occur."""

from __future__ import annotations

from html.parser import HTMLParser

_VOID = {"br", "input", "meta", "link"}
_KNOWN = {
    "a", "b", "button", "caption", "circle", "code", "details", "div", "g", "h4", "input", "label",
    "li", "line", "mark", "ol", "p", "path", "polygon", "polyline", "pre", "section", "span",
    "summary", "svg", "table", "tbody", "td", "text", "th", "thead", "title", "tr", "ul", "ellipse",
}  # fmt: skip


class Checked(HTMLParser):
    """``text`` is what a reader sees; ``elements`` are (tag, attributes) in document order."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.texts: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        self.close()
        assert self.open == [], f"never closed: {self.open}"

    @property
    def text(self) -> str:
        return "".join(self.texts)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in _KNOWN, f"<{tag}> is not written by any view"
        handlers = [name for name, _ in attrs if name.startswith("on")]
        assert not handlers, f"event handlers {handlers} on <{tag}>"
        self.elements.append((tag, dict(attrs)))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def with_class(self, name: str) -> list[dict[str, str | None]]:
        return [a for _, a in self.elements if name in (a.get("class") or "").split()]
