"""The widget's bundle in a bare page, with a Python controller at the other end of its comm."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from fake_session import FakeSession

from hcl_explore import explorer
from hcl_explore.explorer.controller import Controller

if TYPE_CHECKING:
    from playwright.sync_api import Page

STATIC = Path(explorer.__file__).parent / "static"

_START = """async (source) => {
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const { default: widget } = await import(url);
  const listeners = new Set();
  window.deliver = (message) => listeners.forEach((listener) => listener(message));
  const model = {
    get: (name) => ({ saved_id: "saved" })[name],
    send: (message) => window.toPython(message),
    on: (_, listener) => listeners.add(listener),
    off: (_, listener) => listeners.delete(listener),
  };
  window.dispose = widget.render({ model, el: document.getElementById("widget") });
}"""


class Bench:
    """``wait`` lets both ends talk; requests are handled in the thread of the test."""

    def __init__(self, page: Page, session: FakeSession, width: int = 1240) -> None:
        self.page, self.session = page, session
        self.controller = Controller(session, self._send)  # type: ignore[arg-type]
        self.requests: list[dict[str, Any]] = []
        self.waiting: list[dict[str, Any]] = []
        self.answering = True
        session.observe(self._on_change)
        page.expose_function("toPython", lambda request: self.waiting.append(request))
        style = (STATIC / "explorer.css").read_text(encoding="utf-8")
        page.set_content(
            f'<!DOCTYPE html><body data-jp-theme-light="true"><style>{style}</style>'
            f'<div id="widget" style="width:{width}px"></div></body>'
        )
        page.evaluate(_START, (STATIC / "explorer.js").read_text(encoding="utf-8"))
        self.wait()

    def _send(self, message: Any) -> None:
        self.page.evaluate("message => window.deliver(message)", message)

    def _on_change(self, kind: str, index: int) -> None:
        if kind == "changed":
            self.controller.send_state()
        else:
            self.controller.send_badge(index)

    def wait(self, milliseconds: int = 240) -> None:
        """Pass messages until nothing was said for a while."""
        quiet = 0
        while quiet < milliseconds:
            self.page.wait_for_timeout(20)
            quiet += 20
            while self.answering and self.waiting:
                request = self.waiting.pop(0)
                self.requests.append(request)
                self.controller.handle(request)
                quiet = 0

    def click(self, selector: str) -> None:
        self.page.click(selector)
        self.wait()

    def text(self, selector: str) -> str:
        return self.page.locator(selector).first.inner_text()

    def asked(self, method: str) -> list[dict[str, Any]]:
        return [request["params"] for request in self.requests if request["method"] == method]
