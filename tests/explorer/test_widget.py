"""The widget outside of a notebook: it follows its session, also from other threads."""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from fake_session import FakeSession
from IPython.core.display import HTML

from hcl_explore import explorer
from hcl_explore.explorer.widget import Explorer

PACKAGE = Path(explorer.__file__).parent


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    messages: list[Any] = []
    monkeypatch.setattr(Explorer, "send", lambda _, message: messages.append(message))
    return messages


@pytest.fixture
def widget(sent: list[Any]) -> Iterator[Explorer]:
    made = Explorer(FakeSession())
    assert sent == []
    yield made
    made.close()


def test_a_method_called_in_a_cell_moves_the_widget(widget: Explorer, sent: list[Any]) -> None:
    widget.session.apply("split", {"axis": "k", "factor": 8})
    assert widget.position == 1
    assert [message["kind"] for message in sent] == ["state"]
    assert sent[0]["state"]["position"] == 1


def test_requests_come_in_as_custom_messages(widget: Explorer, sent: list[Any]) -> None:
    widget._handle_custom_msg(
        {"kind": "request", "id": "7", "method": "hello", "params": {"pane": "tree"}}, []
    )
    assert sent[0]["id"] == "7"
    assert sent[0]["result"]["state"]["name"] == "gemm"


def test_a_closed_widget_follows_no_more(widget: Explorer, sent: list[Any]) -> None:
    session = widget.session
    widget.close()
    session.apply("split", {"axis": "k", "factor": 8})
    assert sent == []


def test_verification_in_another_thread_is_sent_from_the_kernels_loop(sent: list[Any]) -> None:
    threads: list[int] = []
    loops: list[int] = []

    async def kernel() -> None:
        loops.append(threading.get_ident())
        session = FakeSession(position=2)
        widget = Explorer(session)
        controller = widget._controller
        original = controller.send_badge
        controller.send_badge = lambda index: (  # type: ignore[method-assign]
            threads.append(threading.get_ident()),
            original(index),
        )[1]
        worker = threading.Thread(target=session.notify, args=("verification", 1))
        worker.start()
        worker.join()
        assert threads == []
        await asyncio.sleep(0)
        widget.close()

    # In a thread of its own: Playwright's browser, once open, keeps a loop running in this one.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, kernel()).result()
    assert threads == loops
    assert sent[0]["kind"] == "badge"


def test_the_snapshot_is_a_page_in_a_frame(widget: Explorer) -> None:
    assert "<iframe" in widget.snapshot().data


def test_the_bundles_are_built_from_these_sources() -> None:
    frontend = PACKAGE / "frontend"
    digest = hashlib.sha256()
    for folder in ("css", "src"):
        for path in sorted((frontend / folder).iterdir(), key=lambda path: path.name):
            digest.update(f"{folder}/{path.name}\0".encode())
            digest.update(path.read_bytes())
            digest.update(b"\0")
    expected = f"built from {digest.hexdigest()[:16]}"
    for bundle in (
        PACKAGE / "static" / "explorer.js",
        PACKAGE / "static" / "explorer.css",
        PACKAGE.parent / "views" / "static" / "viewer.js",
        PACKAGE.parent / "views" / "static" / "viewer.css",
    ):
        first = bundle.read_text(encoding="utf-8").partition("\n")[0]
        assert expected in first, f"{bundle.name} is stale: run 'npm run build' in {frontend.name}/"


def test_bundled_packages_bring_their_licences() -> None:
    text = (PACKAGE / "static" / "THIRD_PARTY_LICENSES").read_text(encoding="utf-8")
    for name in ("@codemirror/view", "@lezer/python", "style-mod"):
        assert f"{name} " in text
    assert text.count("MIT") >= 10


class Output:
    """Stands for the notebook: what was put into outputs, and what they were replaced by."""

    def __init__(self) -> None:
        self.shown: list[Any] = []
        self.updates: list[str] = []

    def display(self, shown: Any, **options: Any) -> Output:
        self.shown.append((shown, options))
        return self

    def update(self, html: HTML) -> None:
        self.updates.append(html.data)


@pytest.fixture
def output(monkeypatch: pytest.MonkeyPatch) -> Output:
    made = Output()
    monkeypatch.setattr("hcl_explore.explorer.widget.display", made.display)
    monkeypatch.setattr("hcl_explore.explorer.saved_output.display", made.display)
    return made


def test_the_output_holds_the_widget_and_a_page_for_when_there_is_no_kernel(
    widget: Explorer, output: Output
) -> None:
    widget._ipython_display_()
    (view, options), (page, page_options) = output.shown
    assert options["raw"]
    assert view["application/vnd.jupyter.widget-view+json"]["model_id"] == widget.model_id
    assert f'class="hclx-saved" data-for="{widget.saved_id}"' in page.data
    assert page_options["display_id"] == widget.saved_id


def test_the_saved_page_follows_the_session_at_the_end_of_a_cell(
    widget: Explorer, output: Output
) -> None:
    widget.session.apply("split", {"axis": "k", "factor": 8})
    widget._saved._after_cell(None)
    assert output.updates == []  # the widget was not displayed
    widget._ipython_display_()
    widget._saved._after_cell(None)
    assert output.updates == []  # nothing has changed since
    widget.session.undo()
    widget.session.redo()
    widget._saved._after_cell(None)
    assert len(output.updates) == 1
    widget.session.undo()
    widget.close()
    widget._saved._after_cell(None)
    assert len(output.updates) == 1
