"""What the checks before hardware found, each with its place and a remedy."""

from __future__ import annotations

from collections.abc import Sequence

from hcl_explore.views.record import FindingRecord
from hcl_explore.views.text import attribute, escape


def findings_html(findings: Sequence[FindingRecord]) -> str:
    """The findings as a list; nothing where there are none."""
    if not findings:
        return ""
    items = "".join(_finding(finding) for finding in findings)
    return f'<ul class="hx-findings" aria-label="findings">{items}</ul>'


def findings_flag(findings: Sequence[FindingRecord]) -> str:
    """A word for the step list, with the messages as its tooltip; nothing where there are none."""
    if not findings:
        return ""
    messages = "\n".join(finding["message"] for finding in findings)
    count = "1 finding" if len(findings) == 1 else f"{len(findings)} findings"
    return f'<span class="flag"{attribute("title", messages)}>⚠ {count}</span>'


def _finding(finding: FindingRecord) -> str:
    line = finding["line"]
    place = f' <span class="dim">line {line}</span>' if line is not None else ""
    return (
        f"<li{attribute('data-src', line)}><b>{escape(finding['check'])}</b> "
        f"{escape(finding['message'])}{place}"
        f'<p class="dim">{escape(finding["remedy"])}</p></li>'
    )
