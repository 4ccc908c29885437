"""One self-contained HTML page that steps through a session without a kernel or a network."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from functools import cache
from importlib import resources

from hcl_explore.errors import SessionError
from hcl_explore.views.code import code_html
from hcl_explore.views.history import history_html
from hcl_explore.views.panes import PANES, pane_list, render_pane
from hcl_explore.views.record import RECORD_VERSION, SessionRecord
from hcl_explore.views.text import attribute, escape

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
script-src 'sha256-{digest}'; style-src 'unsafe-inline'; img-src data:">
<title>{title}</title>
<style>{style}</style>
</head>
<body class="hclx-page">
<div id="hclx" class="hclx"><noscript>This page needs JavaScript to step through the \
session.</noscript></div>
<script type="{kind}" id="hclx-data">{data}</script>
<script>{script}</script>
</body>
</html>
"""


def session_page(record: SessionRecord, *, compressed: bool = False) -> str:
    """The page as text. ``compressed`` packs its data, to about a tenth.

    Raises:
        SessionError: the record is of another version of the format.
    """
    if record["version"] != RECORD_VERSION:
        raise SessionError(
            f"the record has version {record['version']!r}, this program shows {RECORD_VERSION}"
        )
    script = asset("viewer.js")
    digest = base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
    return _PAGE.format(
        digest=digest,
        title=escape(f"{record['name']} – hcl_explore"),
        style=asset("viewer.css"),
        kind="text/plain" if compressed else "application/json",
        data=_packed(page_data(record)) if compressed else embed_json(page_data(record)),
        script=script,
    )


def session_iframe(record: SessionRecord) -> str:
    """The page inside a frame, for a notebook cell: it stays alive in an exported notebook."""
    title = f"session on {record['name']}"
    return (
        '<div><iframe loading="lazy" sandbox="allow-scripts"'
        f' style="width:100%;height:720px;border:0"'
        f"{attribute('title', title)}"
        f"{attribute('srcdoc', session_page(record, compressed=True))}></iframe></div>"
    )


def page_data(record: SessionRecord) -> dict[str, object]:
    """What the page's script reads: all panes of all steps."""
    return {
        "name": record["name"],
        "device": record["device"],
        "clock_mhz": record["clock_mhz"],
        "filename": record["filename"],
        "position": record["position"],
        "panes": pane_list(),
        "history": history_html(record, editable=False),
        "kernel": code_html(
            record["kernel"],
            "python",
            links=_own_lines(record),
            first_line=record["kernel_first_line"],
            label="kernel",
        ),
        "steps": [
            {
                "call": step["call"],
                "explanation": step["explanation"],
                "html": {pane.id: render_pane(record, step["index"], pane.id) for pane in PANES},
            }
            for step in record["steps"]
        ],
    }


def _own_lines(record: SessionRecord) -> list[int | None]:
    first = record["kernel_first_line"]
    return [first + number for number in range(len(record["kernel"].splitlines()))]


def _packed(data: object) -> str:
    """Gzip in base 64; the same data give the same text."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return base64.b64encode(gzip.compress(text.encode("utf-8"), mtime=0)).decode("ascii")


def embed_json(data: object) -> str:
    """JSON that can stand inside a ``<script>`` element, whatever its strings hold."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


@cache
def asset(name: str) -> str:
    """A file of ``views/static`` as text."""
    return (resources.files("hcl_explore.views") / "static" / name).read_text(encoding="utf-8")
