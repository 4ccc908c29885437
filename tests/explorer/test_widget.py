"""The widget outside of a notebook: it follows its session, also from other threads."""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fake_session import FakeSession

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

    async def kernel() -> None:
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

    asyncio.run(kernel())
    assert threads == [threading.get_ident()]
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
