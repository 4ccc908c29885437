"""The list of steps: what was called, what it gained, and whether it is verified."""

from __future__ import annotations

from collections.abc import Sequence

from hcl_explore.views.findings import findings_flag
from hcl_explore.views.metrics import latency_change
from hcl_explore.views.record import (
    FailedStepRecord,
    SessionRecord,
    StepRecord,
    VerificationRecord,
)
from hcl_explore.views.text import attribute, escape
from hcl_explore.views.tokens import tokenize

BADGES = {
    "verified": ("✓", "verified"),
    "failed": ("✗", "failed"),
    "pending": ("…", "checking"),
    "not_run": ("–", "not run"),
}


def history_html(record: SessionRecord, *, editable: bool) -> str:
    """The steps as a list of buttons (``data-step``); undone ones are marked as such.

    ``editable`` adds the remove button of each step.
    """
    steps, position = record["steps"], record["position"]
    items = "".join(_step(steps, index, position, editable) for index in range(len(steps)))
    return f'<ol class="hx-steps" start="0">{items}</ol>{_failed(record["failed"])}'


def badge_html(verification: VerificationRecord, *, is_live: bool = True) -> str:
    """The verification badge: sign and word. The details are its tooltip, of a failure its text.

    Without a session behind it (not ``is_live``) a check that was running will never end.
    """
    status, detail = verification["status"], verification["detail"]
    if status == "pending" and not is_live:
        status, detail = "not_run", "The check had not ended when this was saved."
    sign, word = BADGES[status]
    said = f"{word}: {escape(detail)}" if status == "failed" else word
    if status == "verified" and verification["relative_error"]:
        said += f", error {verification['relative_error']:.2g}"
    return (
        f'<span class="badge is-{status}"{attribute("title", detail)}>'
        f'<span aria-hidden="true">{sign}</span> {said}</span>'
    )


def _step(steps: Sequence[StepRecord], index: int, position: int, editable: bool) -> str:
    step = steps[index]
    states = ["is-undone"] if index > position else []
    states += ["is-now"] if index == position else []
    remove = ""
    if editable and index:
        remove = (
            f'<button type="button" class="remove" data-remove="{index}" '
            f'title="Remove this step" aria-label="Remove step {index}">×</button>'
        )
    change = latency_change(steps, index)
    facts = [badge_html(step["verification"], is_live=editable)] if index else []
    if change:
        css = "is-better" if change.endswith("faster") else "is-worse"
        facts.append(f'<span class="gain {css}">{change}</span>')
    if step["unchecked"]:
        facts.append(
            '<span class="flag" title="applied although its legality was refused or could not be '
            'decided">unchecked</span>'
        )
    if step["allowed_error"] is not None:
        facts.append(
            '<span class="flag" title="changes values: results may differ by '
            f'{step["allowed_error"]:g} of the largest">changes values</span>'
        )
    if step["reassociated"]:
        facts.append(
            '<span class="flag" title="changes the order of a floating-point accumulation, and '
            'with it the rounding">reassociated</span>'
        )
    facts.append(findings_flag(step["findings"]))
    if index > position:
        facts.append('<span class="flag">undone</span>')
    hint = f'<span class="hint">{escape(step["hint"])}</span>' if step["hint"] else ""
    call = step["call"] if index else "Kernel as written"
    shown = call_html(call) if index else escape(call)
    return (
        f'<li class="{" ".join(["step", *states])}"><button type="button" class="go" '
        f'data-step="{index}"{attribute("title", step["explanation"])}>'
        f'<span class="no">{index}</span><span class="call">{shown}</span>'
        f'<span class="facts">{"".join(facts)}</span>{hint}</button>{remove}</li>'
    )


def call_html(call: str) -> str:
    """The Python call, coloured; the schedule's name in front says nothing and is dimmed."""
    head, dot, rest = call.partition(".")
    if not dot or not head.isidentifier():
        head, rest = "", call
    body = "".join(
        f'<span class="{token.css}">{escape(token.text)}</span>'
        if token.css
        else escape(token.text)
        for token in tokenize("python", rest)
    )
    return f'<span class="dim">{escape(head + dot)}</span>{body}' if head else body


def _failed(failed: Sequence[FailedStepRecord]) -> str:
    if not failed:
        return ""
    items = "".join(
        f'<li><span class="call">{call_html(step["call"])}</span>'
        f"<pre>{escape(step['error'])}</pre></li>"
        for step in failed
    )
    return (
        '<section class="hx-failed-steps"><h4>No longer applies</h4>'
        f"<p>After the kernel or an earlier step changed.</p><ul>{items}</ul></section>"
    )
